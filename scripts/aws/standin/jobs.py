"""Customization jobs and the models that they make."""

import re

from .refusal import conflict, invalid, missing
from .world import ACCOUNT, arn, chosen, now, page, twelve

# How many polls a job takes; at the last it is at its end.
POLLS = 4
PHASES = ("validationDetails", "dataProcessingDetails", "trainingDetails")


class Jobs:
    def __init__(self, scenario, buckets):
        self.scenario, self.buckets = scenario, buckets
        self.jobs, self.models, self.tokens = {}, {}, {}

    # Jobs

    def CreateModelCustomizationJob(self, values):
        token = values.pop("clientRequestToken", None)
        if token in self.tokens:
            job = self.jobs[self.tokens[token]]
            if job["request"] != values:
                raise conflict(f"The client request token {token} was used with other parameters")
            return {"jobArn": job["arn"]}
        name, model = values["jobName"], values["customModelName"]
        if any(job["request"]["jobName"] == name for job in self.jobs.values()):
            raise conflict(f"The provided job name is currently in use: {name}")
        taken = [job["request"]["customModelName"] for job in self.jobs.values() if job["status"] == "InProgress"]
        if model in taken + [made["modelName"] for made in self.models.values()]:
            raise conflict(f"The provided model name is currently in use: {model}")
        # An identifier, the ARN of a foundation model, or that of a custom model, which ends with its own letters.
        base = re.sub(r".*(foundation|custom)-model/", "", values["baseModelIdentifier"]).split("/")[0]
        if "." not in base:
            raise invalid("The provided model identifier is invalid")
        lines = self._read(values)
        self.buckets.check_writable(values["outputDataConfig"]["s3Uri"])
        job = {
            "arn": arn("model-customization-job", f"{base}/{twelve('job', name)}"),
            "model": arn("custom-model", f"{base}/{twelve('model', name)}"),
            "base": arn("foundation-model", base, account=""),
            "request": values,
            "token": token,
            "lines": lines,
            "status": "InProgress",
            "polls": 0,
            "created": now(),
            "modified": now(),
            "details": {phase: "NotStarted" for phase in PHASES},
        }
        self.jobs[job["arn"]] = job
        if token:
            self.tokens[token] = job["arn"]
        return {"jobArn": job["arn"]}

    def GetModelCustomizationJob(self, values):
        job = self._find(values["jobIdentifier"])
        self._advance(job)
        request = job["request"]
        reply = {
            "jobArn": job["arn"],
            "jobName": request["jobName"],
            "outputModelName": request["customModelName"],
            "roleArn": request["roleArn"],
            "status": job["status"],
            "creationTime": job["created"],
            "lastModifiedTime": job["modified"],
            "baseModelArn": job["base"],
            "trainingDataConfig": request["trainingDataConfig"],
            "validationDataConfig": request.get("validationDataConfig", {"validators": []}),
            "outputDataConfig": request["outputDataConfig"],
            "hyperParameters": request.get("hyperParameters", {}),
            "customizationType": request.get("customizationType", "FINE_TUNING"),
            "statusDetails": {
                phase: {"status": status, "creationTime": job["created"], "lastModifiedTime": job["modified"]}
                for phase, status in job["details"].items()
            },
        }
        if job["token"]:
            reply["clientRequestToken"] = job["token"]
        for member in ("customizationConfig", "vpcConfig"):
            if member in request:
                reply[member] = request[member]
        if job["status"] in ("Completed", "Failed", "Stopped"):
            reply["endTime"] = job["modified"]
        if job["status"] == "Completed":
            reply |= {"outputModelArn": job["model"], "trainingMetrics": {"trainingLoss": 0.25}}
            validators = reply["validationDataConfig"]["validators"]
            reply["validationMetrics"] = [{"validationLoss": 0.5}] * len(validators)
        if job["status"] == "Failed":
            reply["failureMessage"] = self.scenario.job(request["jobName"]).get("message", "scripted failure")
        return reply

    def ListModelCustomizationJobs(self, values):
        items = []
        for job in self.jobs.values():
            summary = {
                "jobArn": job["arn"],
                "baseModelArn": job["base"],
                "jobName": job["request"]["jobName"],
                "status": job["status"],
                "lastModifiedTime": job["modified"],
                "creationTime": job["created"],
                "customModelName": job["request"]["customModelName"],
                "customizationType": job["request"].get("customizationType", "FINE_TUNING"),
            }
            if job["status"] == "Completed":
                summary |= {"customModelArn": job["model"], "endTime": job["modified"]}
            items.append(summary)
        items = chosen(items, values, "creationTime", "jobName", "status")
        return page(items, values, "modelCustomizationJobSummaries")

    def StopModelCustomizationJob(self, values):
        job = self._find(values["jobIdentifier"])
        if job["status"] != "InProgress":
            raise conflict(f"The job is {job['status']}; only a job that is InProgress can be stopped")
        job |= {"status": "Stopping", "polls": 0, "modified": now()}
        job["details"] = {phase: "Stopping" if status == "InProgress" else status for phase, status in job["details"].items()}
        return {}

    # Models

    def GetCustomModel(self, values):
        model = self._model(values["modelIdentifier"])
        return {key: value for key, value in model.items() if key != "baseModelName"}

    def ListCustomModels(self, values):
        keys = ("modelArn", "modelName", "creationTime", "baseModelArn", "baseModelName", "customizationType", "modelStatus")
        items = [{key: model[key] for key in keys} | {"ownerAccountId": ACCOUNT} for model in self.models.values()]
        base = values.get("foundationModelArnEquals", values.get("baseModelArnEquals"))
        fits = lambda model: base in (None, model["baseModelArn"])
        return page(chosen(items, values, "creationTime", "modelName", "modelStatus", fits), values, "modelSummaries")

    def DeleteCustomModel(self, values):
        del self.models[self._model(values["modelIdentifier"])["modelArn"]]
        return {}

    def _model(self, identifier):
        for model in self.models.values():
            if identifier in (model["modelArn"], model["modelName"]):
                return model
        raise missing(f"The provided model identifier is not found: {identifier}")

    # How a job goes

    def _find(self, identifier):
        for job in self.jobs.values():
            if identifier in (job["arn"], job["request"]["jobName"]):
                return job
        raise missing(f"Could not find a model customization job with the identifier {identifier}")

    def _read(self, values):
        """The files that a job reads, each with its number of lines."""
        uris = [values["trainingDataConfig"].get("s3Uri")]
        uris += [validator["s3Uri"] for validator in values.get("validationDataConfig", {}).get("validators", [])]
        return {uri: self.buckets.lines(uri) for uri in uris if uri}

    def _advance(self, job):
        """A poll later. Validation takes one poll, data processing one, training the others."""
        script = self.scenario.job(job["request"]["jobName"])
        if job["status"] == "Stopping":
            job["polls"] += 1
            if job["polls"] >= script.get("stopping", 2):
                job["details"] = {
                    phase: "Stopped" if status == "Stopping" else status for phase, status in job["details"].items()
                }
                job |= {"status": "Stopped", "modified": now()}
            return
        if job["status"] != "InProgress":
            return
        job["polls"] += 1
        end, polls = script.get("end", "Completed"), script.get("polls", POLLS)
        # A job that trains for ever, or never begins to.
        reached = min(job["polls"], polls - 1) if end is None else job["polls"]
        steps = max(polls - 2, 1)
        done = (reached > 1, reached > 2, reached >= polls)
        begun = (reached > 0, reached > 1, reached > 2 and not (end is None and script.get("stalls", True)))
        words = ["Completed" if ended else "InProgress" if started else "NotStarted" for ended, started in zip(done, begun)]
        before, job["details"] = job["details"], dict(zip(PHASES, words))
        if before != job["details"]:
            job["modified"] = now()
        if reached == 2:
            self._report_input(job)
        if reached > 2 and begun[2]:
            self._report_training(job, reached - 2, steps)
        if reached >= polls and end:
            job |= {"status": end, "modified": now()}
            if end == "Failed":
                phase = script.get("phase", "trainingDetails")
                at = PHASES.index(phase)
                job["details"] = {
                    own: "Completed" if n < at else "Failed" if n == at else "NotStarted" for n, own in enumerate(PHASES)
                }
            else:
                self._make_model(job)

    def _make_model(self, job):
        request = job["request"]
        self.models[job["model"]] = {
            "modelArn": job["model"],
            "modelName": request["customModelName"],
            "jobName": request["jobName"],
            "jobArn": job["arn"],
            "baseModelArn": job["base"],
            "baseModelName": job["base"].split("/")[-1].split(":")[0],
            "customizationType": request.get("customizationType", "FINE_TUNING"),
            "hyperParameters": request.get("hyperParameters", {}),
            "trainingDataConfig": request["trainingDataConfig"],
            "outputDataConfig": request["outputDataConfig"],
            "trainingMetrics": {"trainingLoss": 0.25},
            "creationTime": job["modified"],
            "modelStatus": "Active",
        }

    # What a job writes

    def _results(self, job):
        return f"{job['request']['outputDataConfig']['s3Uri'].rstrip('/')}/model-customization-job-{job['arn'][-12:]}"

    def _report_input(self, job):
        """How many records of each file were accepted, in the columns that jobs were seen to write."""
        rejected = self.scenario.job(job["request"]["jobName"]).get("rejected", 0)
        training = job["request"]["trainingDataConfig"].get("s3Uri")
        for uri, lines in job["lines"].items():
            kind, bad = ("training", rejected) if uri == training else ("validation", 0)
            rows = ["fileName,totalProcessedRecordCount,acceptedRecordCount,partiallyAcceptedRecordCount,rejectedRecordCount"]
            rows.append(f"{uri.split('/')[-1]},{lines},{lines - bad},0,{bad}")
            self.buckets.put(f"{self._results(job)}/input_status/{kind}/manifest.report.csv", "\n".join(rows) + "\n")

    def _report_training(self, job, done, steps):
        """The losses so far."""
        n = 10 * done // steps
        rows = ["step_number,epoch_number,training_loss,perplexity"]
        rows += [f"{step},{step // 5},{2.0 / (step + 1):.4f},{1.0 + 5.0 / (step + 1):.4f}" for step in range(n)]
        self.buckets.put(f"{self._results(job)}/training_artifacts/step_wise_training_metrics.csv", "\n".join(rows) + "\n")
        if done == steps and job["request"].get("validationDataConfig", {}).get("validators"):
            rows = ["step_number,epoch_number,validation_loss,perplexity", "4,0,1.0,2.7183", "9,1,0.5,1.6487"]
            place = "validation_artifacts/post_fine_tuning_validation/validation/validation_metrics.csv"
            self.buckets.put(f"{self._results(job)}/{place}", "\n".join(rows) + "\n")
