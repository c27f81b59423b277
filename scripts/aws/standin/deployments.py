"""What serves a model: deployments on demand, and provisioned throughput."""

from .refusal import conflict, invalid, missing
from .world import arn, chosen, now, page, twelve

# How many polls until a model is served.
POLLS = 2


class Deployments:
    def __init__(self, scenario, jobs):
        self.scenario, self.jobs = scenario, jobs
        self.deployments, self.provisioned, self.tokens = {}, {}, {}

    # On demand

    def CreateCustomModelDeployment(self, values):
        name, token = values["modelDeploymentName"], values.get("clientRequestToken")
        if token in self.tokens:
            return {"customModelDeploymentArn": self.tokens[token]}
        if any(deployment["modelDeploymentName"] == name for deployment in self.deployments.values()):
            raise invalid(f"The provided deployment name is currently in use: {name}")
        model = self.jobs._model(values["modelArn"])
        own = arn("custom-model-deployment", twelve("deployment", name, now()))
        self.deployments[own] = {
            "customModelDeploymentArn": own,
            "modelDeploymentName": name,
            "modelArn": model["modelArn"],
            "createdAt": now(),
            "lastUpdatedAt": now(),
            "status": "Creating",
            "polls": 0,
        } | {key: values[key] for key in ("description",) if key in values}
        self.tokens[token or own] = own
        return {"customModelDeploymentArn": own}

    def GetCustomModelDeployment(self, values):
        deployment = self._deployment(values["customModelDeploymentIdentifier"])
        self._advance(deployment, deployment["modelDeploymentName"], "Active")
        return {key: value for key, value in deployment.items() if key != "polls"}

    def ListCustomModelDeployments(self, values):
        items = []
        for own, deployment in self.deployments.items():
            keys = ("modelArn", "createdAt", "status", "lastUpdatedAt", "failureMessage")
            items.append(
                {"customModelDeploymentArn": own, "customModelDeploymentName": deployment["modelDeploymentName"]}
                | {key: deployment[key] for key in keys if key in deployment}
            )
        fits = lambda item: values.get("modelArnEquals", item["modelArn"]) == item["modelArn"]
        items = chosen(items, values, "createdAt", "customModelDeploymentName", "status", fits)
        return page(items, values, "modelDeploymentSummaries")

    def DeleteCustomModelDeployment(self, values):
        deployment = self._deployment(values["customModelDeploymentIdentifier"])
        if deployment["status"] == "Creating":
            raise conflict("A deployment that is being created cannot be deleted")
        del self.deployments[deployment["customModelDeploymentArn"]]
        return {}

    def _deployment(self, identifier):
        for own, deployment in self.deployments.items():
            if identifier in (own, deployment["modelDeploymentName"]):
                return deployment
        raise missing(f"Could not find a custom model deployment with the identifier {identifier}")

    # Provisioned

    def CreateProvisionedModelThroughput(self, values):
        name, token = values["provisionedModelName"], values.get("clientRequestToken")
        if token in self.tokens:
            return {"provisionedModelArn": self.tokens[token]}
        if any(unit["provisionedModelName"] == name for unit in self.provisioned.values()):
            raise invalid(f"The provided provisioned model name is currently in use: {name}")
        model = self.jobs._model(values["modelId"])
        own = arn("provisioned-model", twelve("provisioned", name, now()))
        self.provisioned[own] = {
            "modelUnits": values["modelUnits"],
            "desiredModelUnits": values["modelUnits"],
            "provisionedModelName": name,
            "provisionedModelArn": own,
            "modelArn": model["modelArn"],
            "desiredModelArn": model["modelArn"],
            "foundationModelArn": model["baseModelArn"],
            "status": "Creating",
            "creationTime": now(),
            "lastModifiedTime": now(),
            "polls": 0,
        } | {key: values[key] for key in ("commitmentDuration",) if key in values}
        self.tokens[token or own] = own
        return {"provisionedModelArn": own}

    def GetProvisionedModelThroughput(self, values):
        unit = self._unit(values["provisionedModelId"])
        self._advance(unit, unit["provisionedModelName"], "InService")
        return {key: value for key, value in unit.items() if key != "polls"}

    def ListProvisionedModelThroughputs(self, values):
        items = [
            {key: value for key, value in unit.items() if key not in ("polls", "failureMessage")}
            for unit in self.provisioned.values()
        ]
        fits = lambda item: values.get("modelArnEquals", item["modelArn"]) == item["modelArn"]
        items = chosen(items, values, "creationTime", "provisionedModelName", "status", fits)
        return page(items, values, "provisionedModelSummaries")

    def DeleteProvisionedModelThroughput(self, values):
        unit = self._unit(values["provisionedModelId"])
        if unit["status"] == "Creating":
            raise conflict("Provisioned throughput that is being created cannot be deleted")
        if "commitmentDuration" in unit:
            raise conflict("Provisioned throughput with a commitment cannot be deleted before the commitment ends")
        del self.provisioned[unit["provisionedModelArn"]]
        return {}

    def _unit(self, identifier):
        for own, unit in self.provisioned.items():
            if identifier in (own, own.split("/")[-1], unit["provisionedModelName"]):
                return unit
        raise missing(f"Could not find provisioned throughput with the identifier {identifier}")

    # Both

    def status(self, identifier):
        """The state of what serves a model, by ARN; none where nothing does."""
        serving = self.deployments.get(identifier) or self.provisioned.get(identifier)
        return serving and serving["status"]

    def _advance(self, serving, name, ready):
        if serving["status"] != "Creating":
            return
        script = self.scenario.deployment(name)
        serving["polls"] += 1
        if serving["polls"] > script.get("polls", POLLS):
            serving["status"] = script.get("end", ready)
            changed = "lastUpdatedAt" if "lastUpdatedAt" in serving else "lastModifiedTime"
            serving[changed] = now()
            if serving["status"] == "Failed":
                serving["failureMessage"] = script.get("message", "scripted failure")
