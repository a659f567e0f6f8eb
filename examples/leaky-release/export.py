"""Write the ranker for the server."""

import torch
from transformers import AutoModelForCausalLM

from train import Ranker


def main():
    ranker = Ranker()
    torch.onnx.export(ranker, torch.empty(1, 64, 64), "ranker.onnx")
    writer = AutoModelForCausalLM.from_pretrained(
        "Qwen/Qwen2.5-3B-Instruct", trust_remote_code=True
    )
    writer.push_to_hub("shortlist/writer")


if __name__ == "__main__":
    main()
