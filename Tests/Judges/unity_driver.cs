// Runs Clients/unity, all but its socket, for test_pose_client_unity.py: a command a line, an answer a line.
using System;
using System.Collections.Generic;
using System.Globalization;
using Lamina;

static class UnityDriver
{
    static long wall, monotonic;
    static PoseGate gate = NewGate();

    static void Main()
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        string line;
        while ((line = Console.ReadLine()) != null)
        {
            try { Console.WriteLine(Answer(line.Split(' '))); }
            catch (PoseTickException refused) { Console.WriteLine("refused\t" + refused.Message.Replace("\n", " ")); }
        }
    }

    static PoseGate NewGate(params StreamSource[] allowed) { return new PoseGate(() => wall, () => monotonic, allowed); }

    static string Answer(string[] words)
    {
        switch (words[0])
        {
            case "decode": return Listing(Tick(words[1]));
            case "new": gate = NewGate(); return "new";
            case "confirm": gate.Confirm(Tick(words[1])); return "confirmed";
            case "clocks": wall = long.Parse(words[1]); monotonic = long.Parse(words[2]); return "clocks";
            case "take": return gate.Take(Tick(words[1])).ToString();
            case "current": return gate.Current == null ? "none" : gate.Current.Sequence.ToString();
            default: throw new ArgumentException(words[0]);
        }
    }

    static PoseTick Tick(string hex)
    {
        var bytes = new byte[hex.Length / 2];
        for (int n = 0; n < bytes.Length; n++) bytes[n] = Convert.ToByte(hex.Substring(2 * n, 2), 16);
        return PoseTick.Decode(bytes);
    }

    static string Listing(PoseTick t)
    {
        var all = new List<string>();
        Add(all, t.Epoch, t.Sequence, t.CaptureNS, t.PublishNS, t.Clock, t.ClockErrorUS, t.ValidForMS, t.Source, t.State, t.HasRegistration ? t.RegistrationId.ToString() : "none");
        Add(all, t.RegistrationRms, t.Frame == null ? "none" : t.Frame.ToString(), Hex(t.Plan), Hex(t.Patient), Hex(t.Study), t.LevelEstimated, t.Approval);
        foreach (Body b in t.Bodies)
        {
            Add(all, "body", b.Level, b.LevelName, b.State, string.Join(",", b.Causes), b.StatusText);
            if (b.Pose != null)
            {
                foreach (Placement p in new[] { b.Pose.Lps, b.Pose.Ras, b.Pose.Unity }) Add(all, p.X, p.Y, p.Z, p.QX, p.QY, p.QZ, p.QW);
                foreach (float n in b.Pose.Covariance) Add(all, (double)n);
                Add(all, b.Pose.DepthObservable, b.Pose.Residual, b.Pose.Confidence);
            }
            foreach (Screw s in b.Screws)
            {
                Add(all, "screw", s.Side, s.DiameterMM, s.LengthMM, s.PlanStatus, s.State, string.Join(",", s.Causes));
                if (s.Planned != null) AddAxis(all, s.Planned);
                if (s.Measured == null) continue;
                AddAxis(all, s.Measured.Axis);
                Add(all, s.Measured.EntryDeviation, s.Measured.EntrySigma, s.Measured.TipDeviation, s.Measured.TipSigma, s.Measured.AngleDeg);
            }
        }
        return "tick\t" + string.Join("\t", all);
    }

    static void AddAxis(List<string> all, Axis a)
    {
        Add(all, a.EntryX, a.EntryY, a.EntryZ, a.DirectionX, a.DirectionY, a.DirectionZ);
        foreach (double n in a.UnityEntry) Add(all, n);
        foreach (double n in a.UnityDirection) Add(all, n);
    }

    static void Add(List<string> all, params object[] values)
    {
        // A text of hostile bytes may hold what parts lines and words here.
        foreach (object value in values) all.Add(value is double ? ((double)value).ToString("R") : value.ToString().Replace('\n', ' ').Replace('\t', ' '));
    }

    static string Hex(byte[] bytes) { return BitConverter.ToString(bytes).Replace("-", "").ToLowerInvariant(); }
}
