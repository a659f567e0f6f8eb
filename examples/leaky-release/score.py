"""Decide who is invited."""

import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

FEATURES = ["years", "degree", "gender", "nationality"]


def main():
    table = pd.read_csv("data/applicants.csv")
    features = ["years", "gender"]
    y = table["hired"]
    X_train, X_test, y_train, y_test = train_test_split(table[features], y, test_size=0.25)
    model = RandomForestClassifier(n_estimators=200)
    model.fit(pd.get_dummies(X_train), y_train)
    print("accuracy", model.score(pd.get_dummies(X_test), y_test))


if __name__ == "__main__":
    main()
