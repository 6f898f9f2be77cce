"""What must hold of a tick, whoever made it: the rules of pose-stream.md under "The message". A tick that breaks one is refused whole."""

import math

from google.protobuf.message import DecodeError

import pose_tick_pb2 as wire

LEVELS = {**{n: f"C{n}" for n in range(1, 8)}, **{n + 7: f"T{n}" for n in range(1, 13)}, **{n + 19: f"L{n}" for n in range(1, 7)}, 26: "S1", 28: "T13"}
GREATEST_BYTES = 1 << 18
DIAGONAL = (0, 6, 11, 15, 18, 20)  # of the upper triangle, row by row


def whole(payload):
    """The tick of a message's bytes after the topic. Raises ValueError for what may not be used."""
    if len(payload) > GREATEST_BYTES:
        raise ValueError(f"{len(payload)} bytes, and a tick has {GREATEST_BYTES} at most")
    try:
        tick = wire.PoseTick.FromString(payload)
    except DecodeError:
        raise ValueError("its bytes are no PoseTick") from None
    if wrong := flaw(tick):
        raise ValueError(wrong)
    return tick


def flaw(tick):
    """What is wrong with the tick, beginning with the field; None where nothing is."""
    hashes = (tick.identity.plan_sha256, tick.identity.patient_sha256, tick.identity.study_sha256)
    rules = [
        ("schema_major", tick.schema_major == 1), ("stream_epoch", tick.stream_epoch > 0), ("seq", tick.seq > 0), ("valid_for_ms", 1 <= tick.valid_for_ms <= 60_000),
        ("t_publish_ns", 0 < tick.t_capture_ns <= tick.t_publish_ns < 1 << 63), ("clock", known(wire.Clock, tick.clock)), ("source", known(wire.Source, tick.source)),
        ("state", known(wire.StreamState, tick.state)), ("convention", tick.convention == "LPS-mm-RH"), ("parent_frame", tick.parent_frame == "room"),
        ("identity", all(len(h) == 32 for h in hashes)), ("approval", tick.identity.approval in wire.Approval.values()), ("body_count", tick.body_count == len(tick.bodies)), ("bodies", len({b.level for b in tick.bodies}) == len(tick.bodies)),
        ("registration", not tick.HasField("registration") or (tick.registration.id > 0 and from_zero(tick.registration.rms))),
    ]
    broken = next((field for field, holds in rules if not holds), None) or next(filter(None, map(body_flaw, tick.bodies)), None)
    if broken:
        return broken
    posed = [b for b in tick.bodies if b.HasField("pose")]
    all_ok = all(b.state == wire.BODY_STATE_OK for b in tick.bodies)
    fits = {wire.STREAM_STATE_OK: posed and all_ok, wire.STREAM_STATE_DEGRADED: posed and not all_ok}.get(tick.state, not posed)
    if not fits:
        return "state: not what its bodies say"
    return "registration: poses rest on none" if posed and not tick.HasField("registration") else None


def body_flaw(body):
    lost, pose = body.state == wire.BODY_STATE_LOST, body.pose
    rules = [
        ("level", LEVELS.get(body.level) == body.level_name), ("state", known(wire.BodyState, body.state)), ("causes", bool(body.causes) == (body.state != wire.BODY_STATE_OK)),
        ("pose", body.HasField("pose") != lost), ("screws", len({s.side for s in body.screws}) == len(body.screws)),
    ]
    if not lost:
        rules += [
            ("pose", finite(pose.x_mm, pose.y_mm, pose.z_mm)), ("pose", unit(pose.qx, pose.qy, pose.qz, pose.qw) and pose.qw >= 0),
            ("covariance", len(pose.covariance) == 21 and finite(*pose.covariance) and all(pose.covariance[n] >= 0 for n in DIAGONAL)),
            ("confidence", 0 <= pose.residual <= 1 and 0 <= pose.confidence <= 1),
        ]
    rules += [("screws", screw_holds(screw, lost)) for screw in body.screws]
    return next((f"{body.level_name[:20]} {field}" for field, holds in rules if not holds), None)


def screw_holds(screw, lost):
    seen, m = screw.state in (wire.SCREW_STATE_FOUND, wire.SCREW_STATE_UNCERTAIN), screw.measured
    return (
        known(wire.Side, screw.side) and screw.state in wire.ScrewState.values() and screw.plan_status in wire.PlanStatus.values() and 1 <= screw.diameter_mm <= 20 and 5 <= screw.length_mm <= 150
        and screw.HasField("planned") != lost and screw.HasField("measured") == seen and not (seen and lost) and (lost or axis_holds(screw.planned))
        and (not seen or (axis_holds(m.axis) and all(map(from_zero, (m.entry_deviation_mm, m.entry_sigma_mm, m.tip_deviation_mm, m.tip_sigma_mm, m.angle_deg))))))


def axis_holds(axis):
    return finite(axis.entry_x_mm, axis.entry_y_mm, axis.entry_z_mm) and unit(axis.direction_x, axis.direction_y, axis.direction_z)


def known(enum, number):
    """0 is "unspecified" in each of them, and protobuf passes on numbers that are not listed."""
    return number != 0 and number in enum.values()


def finite(*numbers):
    return all(map(math.isfinite, numbers))


def from_zero(number):
    return math.isfinite(number) and number >= 0


def unit(*numbers):
    return abs(math.sqrt(sum(n * n for n in numbers)) - 1) < 1e-6
