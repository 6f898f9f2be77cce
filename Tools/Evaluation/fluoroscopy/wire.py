"""The JSON files of Protocols/Specification/fluoroscopy.md."""

import json


def row_major(transform):
    return [float(x) for x in transform.ravel()]


def poses_line(frame, time, poses, state="TRUE"):
    return {
        "schema": "lamina.poses", "schema_version": "1.0.0", "frame": frame, "time_s": round(float(time), 6),
        "vertebrae": [
            {"level": level, "state": state, "causes": [], "room_from_vertebra": row_major(pose)} for level, pose in poses.items()],
    }


def initial(room_from_patient):
    return {"schema": "lamina.initial", "schema_version": "1.0.0", "room_from_patient": row_major(room_from_patient)}


def write_lines(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def write(path, content):
    path.write_text(json.dumps(content, indent=1) + "\n")


def read(path):
    return json.loads(path.read_text())
