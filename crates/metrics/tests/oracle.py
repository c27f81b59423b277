"""Scores of random predictions by scikit-learn, rouge_score and SQuAD's script, for oracle.rs.

    pip install scikit-learn==1.9.1 rouge-score==0.1.2
    python oracle.py 30 > oracle.jsonl
"""

import collections
import json
import random
import re
import string
import sys
import warnings

import sklearn
from rouge_score import rouge_scorer
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

warnings.filterwarnings("ignore")
random.seed(20261127)
number = int(sys.argv[1])


def normalize_answer(s):  # SQuAD 2.0, evaluate-v2.0.py
    s = "".join(ch for ch in s.lower() if ch not in set(string.punctuation))
    s = re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", s)
    return " ".join(s.split())


def token_f1(gold, pred):
    gold, pred = normalize_answer(gold).split(), normalize_answer(pred).split()
    same = sum((collections.Counter(gold) & collections.Counter(pred)).values())
    if not gold or not pred:
        return float(gold == pred)
    if same == 0:
        return 0.0
    precision, recall = 1.0 * same / len(pred), 1.0 * same / len(gold)
    return (2 * precision * recall) / (precision + recall)


WORDS = (
    ["the", "The", "a", "an", "A.", "cat", "Cat", "cats", "sat,", "mat!", "it's", "3.5", "km_h", "U.S.", "well-known"]
    + ["caf\u00e9", "\u00c9COLE", "na\u00efve", "\u6771\u4eac", "\u212aelvin", "\u0130zmir", "\u03a3\u038f\u03a3"]
    + ["\u2014", "\u201cquoted\u201d", "x\u2014a\u2014y", "e\u0301t\u00e9", "\U0001f600", "_the_", "1,000", "\u00df"]
)
SPACES = [" ", " ", " ", "  ", "\n", "\t", "\u00a0", "\x1c", "\u3000", ""]


def text(n):
    return "".join(random.choice(WORDS) + random.choice(SPACES) for _ in range(random.randint(0, n)))


def near(t):
    parts = t.split(" ")
    for _ in range(random.randint(0, 6)):
        at = random.randrange(len(parts) + 1)
        parts[at : at + random.randint(0, 2)] = [random.choice(WORDS)] * random.randint(0, 1)
    return " ".join(parts)


scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
print(json.dumps({"kind": "versions", "scikit-learn": sklearn.__version__, "rouge_score": "0.1.2"}))
for _ in range(number):
    n, k = random.randint(1, 40), random.randint(1, 6)
    reference = [random.randrange(k) for _ in range(n)]
    spread = random.random()
    prediction = [r if random.random() < spread else random.randrange(k + 1) for r in reference]
    scores = [accuracy_score(reference, prediction)]
    for average in ["weighted", "macro"]:
        scores += precision_recall_fscore_support(reference, prediction, average=average, zero_division=0)[:3]
    print(json.dumps({"kind": "labels", "reference": reference, "prediction": prediction, "scores": list(map(repr, map(float, scores)))}))
for _ in range(number):
    reference = text(random.choice([3, 30, 200]) if number > 100 else random.choice([3, 12, 30]))
    prediction = near(reference) if random.random() < 0.7 else text(30)
    scores = [
        float(reference == prediction),
        float(normalize_answer(reference) == normalize_answer(prediction)),
        token_f1(reference, prediction),
        scorer.score(reference, prediction)["rougeL"].fmeasure,
    ]
    print(json.dumps({"kind": "texts", "reference": reference, "prediction": prediction, "scores": list(map(repr, map(float, scores)))}))
