"""Answers of models: the same to the same prompt, right as often as the scenario says."""

import hashlib
import re

from .refusal import Refusal, invalid, missing


def number(*parts):
    """A number that only the texts decide."""
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:6], "big")


def tokens(text):
    """As many tokens as words, near enough to be counted."""
    return len(text.split())


class Answers:
    def __init__(self, scenario, deployments):
        self.scenario, self.deployments = scenario, deployments

    def Converse(self, values):
        model, messages = values["modelId"], values.get("messages", [])
        self._check_model(model)
        self._check_turns(messages)
        prompt = "\n".join(block["text"] for block in messages[-1]["content"] if "text" in block)
        answer = self._answer(model, prompt)
        most = values.get("inferenceConfig", {}).get("maxTokens")
        words, reason = answer.split(), "end_turn"
        if most is not None and len(words) > most:
            answer, reason = " ".join(words[:most]), "max_tokens"
        texts = [block["text"] for message in messages for block in message["content"] if "text" in block]
        read = sum(map(tokens, texts + [block["text"] for block in values.get("system", []) if "text" in block]))
        usage = {"inputTokens": read, "outputTokens": tokens(answer), "totalTokens": read + tokens(answer)}
        return {
            "output": {"message": {"role": "assistant", "content": [{"text": answer}]}},
            "stopReason": reason,
            "usage": usage,
            "metrics": {"latencyMs": 5 + number(prompt) % 50},
        }

    def _answer(self, model, prompt):
        script = self.scenario.answer(model)
        key = script.get("key", {})
        if prompt in key:
            # Of a hundred prompts some are answered as if another had been asked.
            if number(model, prompt) % 100 < script.get("wrong", 0):
                others = sorted(answer for answer in set(key.values()) if answer != key[prompt])
                return others[number(prompt) % len(others)] if others else "none"
            return key[prompt]
        return script.get("else", f"answer {number(prompt) % 1000}")

    def _check_model(self, model):
        if ":custom-model-deployment/" in model or ":provisioned-model/" in model:
            status = self.deployments.status(model)
            if status is None:
                raise missing("Model not found.")
            if status not in ("Active", "InService"):
                raise Refusal("ModelNotReadyException", "The model is not ready for inference yet. Wait and try again.")
        elif ":custom-model/" in model:
            raise invalid("The provided model identifier is invalid.")
        elif re.search(r":\d+:\d+k$", model):
            # Identifiers for customization and provisioned throughput serve nothing on demand.
            raise missing("Model not found.")

    def _check_turns(self, messages):
        if not messages:
            raise invalid("A conversation must have messages")
        for n, message in enumerate(messages):
            if message["role"] != ("user", "assistant")[n % 2]:
                raise invalid("A conversation must alternate between user and assistant roles.")
            if not any(block.get("text", "x").strip() for block in message["content"]):
                raise invalid(f"The text field in the ContentBlock object at messages.{n}.content.0 is blank.")
        if messages[-1]["role"] != "user":
            raise invalid("A conversation must end with a user message.")
