"""The parts of the stand-in for Amazon Bedrock."""
