"""Makes Protocols/Specification/golden: python -m Tools.golden_ticks

Ticks as bytes, and beside each the values that a reader must find in it. Made by Google's protobuf and numpy alone: nothing of lamina is run. RAS and Unity poses come from
matrices: the same frames with other axes, M R M^-1, turned back into quaternions by scipy.
"""

import json
import sys
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Protocols/Clients/python"))
import pose_tick_pb2 as wire  # noqa: E402

RAS = np.diag([-1.0, -1.0, 1.0])
UNITY = np.diag([1.0, -1.0, 1.0])
LEVELS = {"T12": 19, "L1": 20, "L2": 21}


def tick(state, bodies, source=wire.SOURCE_LIVE, registered=True, frame=5, approval=wire.APPROVAL_NONE):
    made = wire.PoseTick(
        schema_major=1, schema_minor=1, stream_epoch=0xFEDCBA9876543210, seq=2**40 + 3, t_capture_ns=1_800_000_000_000_000_000,
        t_publish_ns=1_800_000_000_041_000_001, clock=wire.CLOCK_UTC_NTP, clock_err_us=2500, valid_for_ms=150, source=source, state=state,
        convention="LPS-mm-RH", parent_frame="room", body_count=len(bodies), bodies=bodies)
    made.identity.plan_sha256, made.identity.patient_sha256, made.identity.study_sha256 = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
    made.identity.approval = approval
    if registered:
        made.registration.id, made.registration.rms = 2**63 + 1, 0.125
    if frame is not None:
        made.frame_number = frame
    return made


def posed(level, position, rotvec_deg, causes=(), screws=()):
    quaternion = Rotation.from_rotvec(rotvec_deg, degrees=True).as_quat(canonical=True)
    body = wire.Body(level=LEVELS[level], level_name=level, state=wire.BODY_STATE_DEGRADED if causes else wire.BODY_STATE_OK, causes=causes, screws=screws)
    pose = body.pose
    pose.x_mm, pose.y_mm, pose.z_mm = position
    pose.qx, pose.qy, pose.qz, pose.qw = quaternion
    pose.covariance.extend(np.float32(n + 1) / 64 for n in range(21))
    pose.depth_observable, pose.residual, pose.confidence = not causes, 0.0625, 0.9375
    return body


def lost(level, cause):
    return wire.Body(level=LEVELS[level], level_name=level, state=wire.BODY_STATE_LOST, causes=[cause])


def screw(side, x, measured, status):
    made = wire.Screw(side=side, diameter_mm=6.5, length_mm=45, plan_status=status, state=wire.SCREW_STATE_FOUND if measured else wire.SCREW_STATE_NOT_FOUND)
    axes = [made.planned]
    if measured:
        axes.append(made.measured.axis)
        made.measured.entry_deviation_mm, made.measured.entry_sigma_mm = 0.75, 0.25
        made.measured.tip_deviation_mm, made.measured.tip_sigma_mm, made.measured.angle_deg = 1.25, 0.5, 1.5
    else:
        made.causes.append("no_metal")
    for shift, axis in enumerate(axes):
        axis.entry_x_mm, axis.entry_y_mm, axis.entry_z_mm = x + shift, 30, -4
        axis.direction_x, axis.direction_y, axis.direction_z = -np.sign(x) * 0.28, -0.96, 0
    return made


def numbers(matrix, position, scale):
    quaternion = Rotation.from_matrix(matrix).as_quat(canonical=True)
    return {"position": [float(n) * scale for n in position], "quaternion_xyzw": quaternion.tolist()}


def expected(made):
    bodies = []
    for body in made.bodies:
        entry = {"level": body.level_name, "state": wire.BodyState.Name(body.state)[11:], "causes": list(body.causes), "screws": len(body.screws),
                 "plan_status": [wire.PlanStatus.Name(screw.plan_status)[12:] for screw in body.screws]}
        if body.HasField("pose"):
            p = body.pose
            turn, place = Rotation.from_quat([p.qx, p.qy, p.qz, p.qw]).as_matrix(), np.array([p.x_mm, p.y_mm, p.z_mm])
            entry["lps_mm"] = {"position": place.tolist(), "quaternion_xyzw": [p.qx, p.qy, p.qz, p.qw]}
            entry["ras_mm"] = numbers(RAS @ turn @ RAS, RAS @ place, 1)
            entry["unity_m"] = numbers(UNITY @ turn @ UNITY, UNITY @ place, 1e-3)
        bodies.append(entry)
    return {
        "stream_epoch": str(made.stream_epoch), "seq": str(made.seq), "state": wire.StreamState.Name(made.state)[13:],
        "source": wire.Source.Name(made.source)[7:], "t_capture_ns": str(made.t_capture_ns), "t_publish_ns": str(made.t_publish_ns),
        "registration": str(made.registration.id) if made.HasField("registration") else None,
        "frame_number": made.frame_number if made.HasField("frame_number") else None, "plan_sha256": made.identity.plan_sha256.hex(),
        "approval": wire.Approval.Name(made.identity.approval)[9:], "bodies": bodies}


def ticks():
    left_alone = [screw(wire.SIDE_LEFT, 18.5, True, wire.PLAN_STATUS_RISK_ACCEPTED), screw(wire.SIDE_RIGHT, -18.5, False, wire.PLAN_STATUS_ADJUSTED)]
    ok = [posed("T12", (31.25, -8, 140.5), (0, 0, 20), screws=left_alone), posed("L1", (30, -4, 110), (12, 0, 0))]
    return {
        "ok": tick(wire.STREAM_STATE_OK, ok, approval=wire.APPROVAL_TRUSTED),
        # Left and right, front and back, head and feet all differ.
        "degraded": tick(
            wire.STREAM_STATE_DEGRADED, [posed("T12", (-42.75, 13.5, -99), (25, -50, 75), ["uncertain"]), lost("L1", "covered"), posed("L2", (1, 2, 3), (170, 20, -5))],
            approval=wire.APPROVAL_VOID),
        "lost": tick(wire.STREAM_STATE_LOST, [lost("T12", "mirrored"), lost("L1", "mirrored")]),
        "stale": tick(wire.STREAM_STATE_STALE, [lost("T12", "no_frame")], frame=None),
        "unregistered": tick(wire.STREAM_STATE_UNREGISTERED, [lost("T12", "searching")], registered=False),
        "stopped": tick(wire.STREAM_STATE_STOPPED, [lost("T12", "no_frame")], frame=None),
        "replay": tick(wire.STREAM_STATE_OK, ok, source=wire.SOURCE_REPLAY, frame=0, approval=wire.APPROVAL_SIGNED),
    }


def main():
    folder = ROOT / "Protocols/Specification/golden"
    folder.mkdir(exist_ok=True)
    for name, made in ticks().items():
        (folder / f"{name}.bin").write_bytes(b"pose/v1\0" + made.SerializeToString(deterministic=True))
        (folder / f"{name}.json").write_text(json.dumps(expected(made), indent=1) + "\n")


if __name__ == "__main__":
    main()
