"""Renders the chat templates of the tests with transformers: what JinjaTemplateTest expects.

    python activities/src/test/python/chat_fixtures.py

with transformers 4.57.3 and jinja2 3.1.6. The templates are our own, with the constructs of those that models bring.
"""

import json
import pathlib

from jinja2.exceptions import TemplateError
from transformers.utils.chat_template_utils import render_jinja_template

FOLDER = pathlib.Path(__file__).parents[1] / "resources" / "spice" / "chat"


def said(role, content, **more):
    return {"role": role, "content": content, **more}


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weigh",
            "description": "Weighs a sack of \"spice\" – 'any' <kind> & more",
            "parameters": {
                "type": "object",
                "properties": {"sacks": {"type": "integer", "minimum": 1}, "kind": {"enum": ["mace", "añís"]}},
                "required": ["sacks"],
            },
            "strict": True,
        },
    },
    {"type": "function", "function": {"name": "stop", "parameters": {}}},
]
CALL = {"type": "function", "function": {"name": "weigh", "arguments": {"sacks": 3, "kind": "añís", "dry": True}}}
USER = said("user", "How heavy are three sacks?")
DIALOGUE = [USER, said("assistant", "Forty pounds."), said("user", "  And four? \n")]
THOUGHT = [USER, said("assistant", "<think>\nThree times\nthirteen.\n</think>\n\nForty."), said("user", "Sure?")]

CASES = {
    "one message": {"messages": [USER], "add_generation_prompt": True},
    "one message, no prompt": {"messages": [USER], "add_generation_prompt": False},
    "a system message": {"messages": [said("system", " Be brief. "), USER], "add_generation_prompt": True},
    "a dialogue": {"messages": DIALOGUE, "add_generation_prompt": True},
    "a system message and a dialogue": {"messages": [said("system", "Be brief.")] + DIALOGUE, "add_generation_prompt": True},
    "a thought": {"messages": THOUGHT, "add_generation_prompt": True},
    "a last thought": {"messages": THOUGHT[:2], "add_generation_prompt": False},
    "a thought of its own": {
        "messages": [USER, said("assistant", "Forty.", reasoning_content="Three times thirteen.")],
        "add_generation_prompt": False,
    },
    "no thinking": {"messages": [USER], "add_generation_prompt": True, "enable_thinking": False},
    "odd texts": {
        "messages": [
            said("user", "{{ 7 * 7 }} {% if %} {# #} it's \"quoted\" \\n \\ <|im_end|> 🌶️ Q: a x b"),
            said("assistant", "a\n\n\tb </s>"),
            said("user", "<tool_response>no</tool_response>"),
        ],
        "add_generation_prompt": True,
    },
    "out of turn": {"messages": [USER, USER], "add_generation_prompt": True},
    "functions": {"messages": [said("system", "Be brief."), USER], "tools": TOOLS, "add_generation_prompt": True},
    "functions for the system": {
        "messages": [USER],
        "tools": TOOLS,
        "tools_in_user_message": False,
        "add_generation_prompt": True,
    },
    "a call and its answer": {
        "messages": [
            USER,
            {"role": "assistant", "content": "", "tool_calls": [CALL]},
            said("tool", "40"),
            said("assistant", "Forty."),
        ],
        "tools": TOOLS,
        "add_generation_prompt": False,
    },
    "two calls": {
        "messages": [
            USER,
            {"role": "assistant", "content": "Well:", "tool_calls": [CALL, CALL]},
            said("tool", "40"),
            said("tool", "41"),
        ],
        "tools": TOOLS,
        "add_generation_prompt": True,
    },
}
# A date that changes would change the fixtures.
GIVEN = {"bos_token": "<s>", "eos_token": "</s>", "date_string": "05 Mar 2024"}


def rendered(template, case):
    given = {**GIVEN, **case}
    messages = given.pop("messages")
    tools = given.pop("tools", None)
    try:
        texts, _ = render_jinja_template([messages], tools=tools, chat_template=template, **given)
        return {"text": texts[0]}
    except (TemplateError, TypeError) as error:
        return {"error": str(error)}


def main():
    for file in sorted(FOLDER.glob("*.jinja")):
        cases = [
            {"case": name, "values": {**GIVEN, **case}, **rendered(file.read_text(), case)}
            for name, case in CASES.items()
        ]
        target = file.with_suffix(".json")
        target.write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")
        print(target.name, sum("text" in case for case in cases), "texts,", sum("error" in case for case in cases), "errors")


main()
