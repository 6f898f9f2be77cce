using System;
using System.Collections.Generic;

namespace Lamina
{
    /// <summary>What must hold of a tick, whoever made it: pose-stream.md, "The message".</summary>
    internal static class PoseTickRules
    {
        private static readonly int[] diagonal = { 0, 6, 11, 15, 18, 20 };

        public static void Check(PoseTick tick)
        {
            Hold(tick.Major == 1, "schema_major");
            Hold(tick.Epoch > 0, "stream_epoch");
            Hold(tick.Sequence > 0, "seq");
            Hold(tick.ValidForMS >= 1 && tick.ValidForMS <= 60000, "valid_for_ms");
            Hold(tick.CaptureNS > 0 && tick.CaptureNS <= tick.PublishNS && tick.PublishNS <= long.MaxValue, "t_publish_ns");
            Hold(Enum.IsDefined(typeof(StreamClock), tick.Clock), "clock");
            Hold(Enum.IsDefined(typeof(StreamSource), tick.Source), "source");
            Hold(Enum.IsDefined(typeof(StreamState), tick.State), "state");
            Hold(tick.Convention == "LPS-mm-RH", "convention");
            Hold(tick.ParentFrame == "room", "parent_frame");
            Hold(tick.Plan.Length == 32 && tick.Patient.Length == 32 && tick.Study.Length == 32, "identity");
            Hold(Enum.IsDefined(typeof(Approval), tick.Approval), "approval");
            Hold(tick.BodyCount == tick.Bodies.Count, "body_count");
            Hold(!tick.HasRegistration || (tick.RegistrationId > 0 && FromZero(tick.RegistrationRms)), "registration");
            var levels = new List<uint>();
            bool posed = false, allOk = true;
            foreach (Body body in tick.Bodies)
            {
                Hold(!levels.Contains(body.Level), "bodies");
                levels.Add(body.Level);
                CheckBody(body);
                posed |= body.Pose != null;
                allOk &= body.State == BodyState.Ok;
            }
            bool fits = tick.State == StreamState.Ok ? posed && allOk : tick.State == StreamState.Degraded ? posed && !allOk : !posed;
            Hold(fits, "state: not what its bodies say");
            Hold(!posed || tick.HasRegistration, "registration: poses rest on none");
        }

        private static void CheckBody(Body body)
        {
            string name = body.LevelName.Length > 20 ? body.LevelName.Substring(0, 20) : body.LevelName;
            bool lost = body.State == BodyState.Lost;
            Hold(name.Length > 0 && NameOf(body.Level) == name, name + " level");
            Hold(Enum.IsDefined(typeof(BodyState), body.State), name + " state");
            Hold(body.Causes.Count > 0 == (body.State != BodyState.Ok), name + " causes");
            Hold(body.Pose == null == lost, name + " pose");
            if (body.Pose != null) CheckPose(body.Pose, name);
            var sides = new List<Side>();
            foreach (Screw screw in body.Screws)
            {
                Hold(!sides.Contains(screw.Side) && IsWhole(screw, lost), name + " screws");
                sides.Add(screw.Side);
            }
        }

        private static void CheckPose(Pose pose, string name)
        {
            Placement p = pose.Lps;
            Hold(Finite(p.X, p.Y, p.Z) && Unit(p.QX, p.QY, p.QZ, p.QW) && p.QW >= 0, name + " pose");
            Hold(pose.CovarianceCount == 21, name + " covariance");
            foreach (float number in pose.Covariance) Hold(Finite(number), name + " covariance");
            foreach (int n in diagonal) Hold(pose.Covariance[n] >= 0, name + " covariance");
            Hold(pose.Residual >= 0 && pose.Residual <= 1 && pose.Confidence >= 0 && pose.Confidence <= 1, name + " confidence");
        }

        private static bool IsWhole(Screw screw, bool lost)
        {
            bool seen = screw.State == ScrewState.Found || screw.State == ScrewState.Uncertain;
            Measured m = screw.Measured;
            return Enum.IsDefined(typeof(Side), screw.Side) && Enum.IsDefined(typeof(ScrewState), screw.State)
                && Enum.IsDefined(typeof(PlanStatus), screw.PlanStatus)
                && screw.DiameterMM >= 1 && screw.DiameterMM <= 20 && screw.LengthMM >= 5 && screw.LengthMM <= 150
                && screw.Planned == null == lost && m != null == seen && !(seen && lost) && (lost || IsWhole(screw.Planned))
                && (!seen || (m.Axis != null && IsWhole(m.Axis) && FromZero(m.EntryDeviation, m.EntrySigma, m.TipDeviation, m.TipSigma, m.AngleDeg)));
        }

        private static bool IsWhole(Axis axis)
        {
            return Finite(axis.EntryX, axis.EntryY, axis.EntryZ) && Unit(axis.DirectionX, axis.DirectionY, axis.DirectionZ);
        }

        /// <summary>VerSe's numbers.</summary>
        private static string NameOf(uint level)
        {
            if (level == 28) return "T13";
            if (level == 26) return "S1";
            return level >= 1 && level <= 7 ? "C" + level : level >= 8 && level <= 19 ? "T" + (level - 7) : level >= 20 && level <= 25 ? "L" + (level - 19) : null;
        }

        private static bool Finite(params double[] numbers)
        {
            return Array.TrueForAll(numbers, n => !double.IsNaN(n) && !double.IsInfinity(n));
        }

        private static bool FromZero(params double[] numbers) { return Finite(numbers) && Array.TrueForAll(numbers, n => n >= 0); }

        private static bool Unit(params double[] numbers)
        {
            double sum = 0;
            foreach (double n in numbers) sum += n * n;
            return Math.Abs(Math.Sqrt(sum) - 1) < 1e-6;
        }

        private static void Hold(bool holds, string field)
        {
            if (!holds) throw new PoseTickException(field);
        }
    }
}
