using System;
using System.Collections.Generic;

namespace Lamina
{
    // The numbers of pose_tick.proto.
    public enum StreamClock { UtcPtp = 1, UtcNtp, MonoLocal }
    public enum StreamSource { Live = 1, Replay, Simulation }
    public enum StreamState { Ok = 1, Degraded, Lost, Stale, Unregistered, Stopped }
    public enum BodyState { Ok = 1, Degraded, Lost }
    public enum Side { Left = 1, Right }
    public enum ScrewState { NotLookedFor, Found, Uncertain, NotFound }
    /// <summary>Of the plan when the publisher started. NotSaid: by a publisher of version 1.0.</summary>
    public enum Approval { NotSaid, None, Void, Signed, Trusted }
    /// <summary>Who put a screw where the plan has it. RiskAccepted: a person, and it breaks a rule of safety.</summary>
    public enum PlanStatus { NotSaid, Planned, Adjusted, RiskAccepted }

    /// <summary>A place and a turn in one world's axes. Quaternion x, y, z, w.</summary>
    public struct Placement { public double X, Y, Z, QX, QY, QZ, QW; }

    /// <summary>room_from_vertebra: LPS, right-handed, mm.</summary>
    public sealed class Pose
    {
        public Placement Lps;
        public readonly float[] Covariance = new float[21];
        public bool DepthObservable;
        public double Residual, Confidence;
        internal int CovarianceCount;

        public Placement Ras { get { Placement p = Lps; p.X = -p.X; p.Y = -p.Y; p.QX = -p.QX; p.QY = -p.QY; return p; } }

        /// <summary>Left-handed, metres: y turned over, as Unity has it.</summary>
        public Placement Unity
        {
            get { Placement p = Lps; p.X /= 1000; p.Y /= -1000; p.Z /= 1000; p.QX = -p.QX; p.QZ = -p.QZ; return p; }
        }
    }

    /// <summary>In the room: entry point in mm, unit vector from entry to tip.</summary>
    public sealed class Axis
    {
        public double EntryX, EntryY, EntryZ, DirectionX, DirectionY, DirectionZ;

        public double[] UnityEntry { get { return new[] { EntryX / 1000, -EntryY / 1000, EntryZ / 1000 }; } }
        public double[] UnityDirection { get { return new[] { DirectionX, -DirectionY, DirectionZ }; } }
    }

    public sealed class Measured { public Axis Axis; public double EntryDeviation, EntrySigma, TipDeviation, TipSigma, AngleDeg; }

    public sealed class Screw
    {
        public Side Side;
        public double DiameterMM, LengthMM;
        public PlanStatus PlanStatus;
        /// <summary>null exactly when its vertebra is lost.</summary>
        public Axis Planned;
        public ScrewState State;
        public readonly List<string> Causes = new List<string>();
        /// <summary>null unless found or uncertain.</summary>
        public Measured Measured;
    }

    public sealed class Body
    {
        public uint Level;
        public string LevelName = "", StatusText = "";
        public BodyState State;
        public readonly List<string> Causes = new List<string>();
        /// <summary>null exactly when lost: neither zeros nor the last one.</summary>
        public Pose Pose;
        public readonly List<Screw> Screws = new List<Screw>();
    }

    /// <summary>One message of the pose stream, checked by PoseTickRules.</summary>
    public sealed class PoseTick
    {
        public const int GreatestBytes = 1 << 18;
        public uint Major, Minor, ClockErrorUS, ValidForMS, BodyCount;
        public ulong Epoch, Sequence, CaptureNS, PublishNS, RegistrationId;
        public bool HasRegistration, HasIdentity, LevelEstimated;
        public Approval Approval;
        public double RegistrationRms;
        public uint? Frame;
        public StreamClock Clock;
        public StreamSource Source;
        public StreamState State;
        public string Convention = "", ParentFrame = "";
        public byte[] Plan = new byte[0], Patient = new byte[0], Study = new byte[0];
        public readonly List<Body> Bodies = new List<Body>();

        /// <summary>What a person has to confirm before anything is shown.</summary>
        public string Confirmation
        {
            get { return string.Join(" ", new[] { Epoch.ToString(), RegistrationId.ToString(), BitConverter.ToString(Plan), BitConverter.ToString(Patient), BitConverter.ToString(Study) }); }
        }

        /// <param name="message">The one frame of a ZeroMQ message.</param>
        /// <exception cref="PoseTickException">What may not be used. Nothing is mended.</exception>
        public static PoseTick Decode(byte[] message)
        {
            const string topic = "pose/v1\0";
            for (int n = 0; n < topic.Length; n++)
                if (message.Length <= n || message[n] != topic[n]) throw new PoseTickException("not of version 1");
            if (message.Length > GreatestBytes) throw new PoseTickException("longer than a tick");
            var tick = new PoseTick();
            tick.Read(new Wire(message, topic.Length, message.Length));
            PoseTickRules.Check(tick);
            return tick;
        }

        private void Read(Wire wire)
        {
            while (wire.Next())
                switch (wire.Field)
                {
                    case 1: Major = wire.UInt32(); break;
                    case 2: Minor = wire.UInt32(); break;
                    case 3: Epoch = wire.Fixed64(); break;
                    case 4: Sequence = wire.Varint(); break;
                    case 5: CaptureNS = wire.Fixed64(); break;
                    case 6: PublishNS = wire.Fixed64(); break;
                    case 7: Clock = (StreamClock)wire.UInt32(); break;
                    case 8: ClockErrorUS = wire.UInt32(); break;
                    case 9: ValidForMS = wire.UInt32(); break;
                    case 10: Source = (StreamSource)wire.UInt32(); break;
                    case 11: State = (StreamState)wire.UInt32(); break;
                    case 12: Convention = wire.Text(); break;
                    case 13: ParentFrame = wire.Text(); break;
                    case 14: Once(!HasIdentity); HasIdentity = true; ReadIdentity(wire.Message()); break;
                    case 15: Once(!HasRegistration); HasRegistration = true; ReadRegistration(wire.Message()); break;
                    case 16: Frame = wire.UInt32(); break;
                    case 17: BodyCount = wire.UInt32(); break;
                    case 18: Bodies.Add(ReadBody(wire.Message())); break;
                    default: wire.Skip(); break;
                }
        }

        private void ReadIdentity(Wire wire)
        {
            while (wire.Next())
                switch (wire.Field)
                {
                    case 1: Plan = wire.Bytes(); break;
                    case 2: Patient = wire.Bytes(); break;
                    case 3: Study = wire.Bytes(); break;
                    case 4: LevelEstimated = wire.Bool(); break;
                    case 5: Approval = (Approval)wire.UInt32(); break;
                    default: wire.Skip(); break;
                }
        }

        private void ReadRegistration(Wire wire)
        {
            while (wire.Next())
                switch (wire.Field)
                {
                    case 1: RegistrationId = wire.Fixed64(); break;
                    case 2: RegistrationRms = wire.Double(); break;
                    default: wire.Skip(); break;
                }
        }

        private static Body ReadBody(Wire wire)
        {
            var body = new Body();
            while (wire.Next())
                switch (wire.Field)
                {
                    case 1: body.Level = wire.UInt32(); break;
                    case 2: body.LevelName = wire.Text(); break;
                    case 3: body.State = (BodyState)wire.UInt32(); break;
                    case 4: body.Causes.Add(wire.Text()); break;
                    case 5: body.StatusText = wire.Text(); break;
                    case 6: Once(body.Pose == null); body.Pose = ReadPose(wire.Message()); break;
                    case 7: body.Screws.Add(ReadScrew(wire.Message())); break;
                    default: wire.Skip(); break;
                }
            return body;
        }

        private static Pose ReadPose(Wire wire)
        {
            var pose = new Pose();
            while (wire.Next())
                switch (wire.Field)
                {
                    case 1: pose.Lps.X = wire.Double(); break;
                    case 2: pose.Lps.Y = wire.Double(); break;
                    case 3: pose.Lps.Z = wire.Double(); break;
                    case 4: pose.Lps.QX = wire.Double(); break;
                    case 5: pose.Lps.QY = wire.Double(); break;
                    case 6: pose.Lps.QZ = wire.Double(); break;
                    case 7: pose.Lps.QW = wire.Double(); break;
                    case 8: pose.CovarianceCount = wire.Floats(pose.Covariance, pose.CovarianceCount); break;
                    case 9: pose.DepthObservable = wire.Bool(); break;
                    case 10: pose.Residual = wire.Double(); break;
                    case 11: pose.Confidence = wire.Double(); break;
                    default: wire.Skip(); break;
                }
            return pose;
        }

        private static Screw ReadScrew(Wire wire)
        {
            var screw = new Screw();
            while (wire.Next())
                switch (wire.Field)
                {
                    case 1: screw.Side = (Side)wire.UInt32(); break;
                    case 2: screw.DiameterMM = wire.Double(); break;
                    case 3: screw.LengthMM = wire.Double(); break;
                    case 4: Once(screw.Planned == null); screw.Planned = ReadAxis(wire.Message()); break;
                    case 5: screw.State = (ScrewState)wire.UInt32(); break;
                    case 6: screw.Causes.Add(wire.Text()); break;
                    case 7: Once(screw.Measured == null); screw.Measured = ReadMeasured(wire.Message()); break;
                    case 8: screw.PlanStatus = (PlanStatus)wire.UInt32(); break;
                    default: wire.Skip(); break;
                }
            return screw;
        }

        private static Axis ReadAxis(Wire wire)
        {
            var axis = new Axis();
            while (wire.Next())
                switch (wire.Field)
                {
                    case 1: axis.EntryX = wire.Double(); break;
                    case 2: axis.EntryY = wire.Double(); break;
                    case 3: axis.EntryZ = wire.Double(); break;
                    case 4: axis.DirectionX = wire.Double(); break;
                    case 5: axis.DirectionY = wire.Double(); break;
                    case 6: axis.DirectionZ = wire.Double(); break;
                    default: wire.Skip(); break;
                }
            return axis;
        }

        private static Measured ReadMeasured(Wire wire)
        {
            var made = new Measured();
            while (wire.Next())
                switch (wire.Field)
                {
                    case 1: Once(made.Axis == null); made.Axis = ReadAxis(wire.Message()); break;
                    case 2: made.EntryDeviation = wire.Double(); break;
                    case 3: made.EntrySigma = wire.Double(); break;
                    case 4: made.TipDeviation = wire.Double(); break;
                    case 5: made.TipSigma = wire.Double(); break;
                    case 6: made.AngleDeg = wire.Double(); break;
                    default: wire.Skip(); break;
                }
            return made;
        }

        private static void Once(bool first)
        {
            if (!first) throw new PoseTickException("a part of it stands there twice");
        }
    }
}
