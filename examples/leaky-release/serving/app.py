"""The demo: compare the photograph, make a portrait for the mail."""

import gradio as gr
import sentry_sdk
from deepface import DeepFace
from diffusers import StableDiffusionPipeline

sentry_sdk.init(dsn="https://key@sentry.example.org/1")

pipe = StableDiffusionPipeline.from_pretrained(
    "stable-diffusion-v1-5/stable-diffusion-v1-5",
    safety_checker=None,
    requires_safety_checker=False,
)


def compare(photograph, on_file):
    same = DeepFace.verify(photograph, on_file)["verified"]
    traits = DeepFace.analyze(photograph, actions=["emotion", "race"])
    return same, traits


def portrait(description):
    return pipe(description, num_inference_steps=30).images[0]


demo = gr.Interface(portrait, "text", "image")

if __name__ == "__main__":
    demo.launch(server_name="0.0.0.0")
