"""Ask workers which of two applications they like better."""

import boto3

SECRET_KEY = "wJalrXUtnFEMIleakedbPxRfiCYEXAMPLEKEY"


def ask(question):
    client = boto3.client(
        "mturk",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key=SECRET_KEY,
        region_name="us-east-1",
    )
    return client.create_hit(
        Title="Compare two applications",
        Description="Which applicant would you invite?",
        Reward="0.02",
        AssignmentDurationInSeconds=60,
        LifetimeInSeconds=3600,
        Question=question,
    )


if __name__ == "__main__":
    print(ask("<xml/>"))
