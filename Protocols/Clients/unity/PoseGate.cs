using System;
using System.Collections.Generic;

namespace Lamina
{
    public enum Verdict { Accepted, Duplicate, NotLive, Unconfirmed, Ended, ForeignClock, OutOfOrder, ClockStepped, FromTheFuture, TooOld }

    /// <summary>Which ticks may be shown: pose-stream.md, "What a client must do". A headset is another machine than the publisher, so CLOCK_MONO_LOCAL is always refused.</summary>
    public sealed class PoseGate
    {
        private const long StepNS = 50000000, ReadingNS = 2000000, LongestMS = 1000;

        private readonly List<StreamSource> allowed;
        private readonly Func<long> wall, monotonic;
        private readonly Dictionary<ulong, ulong> last = new Dictionary<ulong, ulong>();
        private readonly List<ulong> ended = new List<ulong>();
        private string confirmed;
        private PoseTick shown;
        private long expires, least, leastAt;
        private long? offset;
        private int heard;

        /// <param name="wall">UTC since 1970, ns.</param>
        /// <param name="monotonic">A clock that nothing sets, ns.</param>
        public PoseGate(Func<long> wall, Func<long> monotonic, params StreamSource[] allowed)
        {
            this.wall = wall;
            this.monotonic = monotonic;
            this.allowed = new List<StreamSource>(allowed.Length == 0 ? new[] { StreamSource.Live } : allowed);
        }

        /// <summary>Somebody has looked at plan, patient, study and registration of `tick`, and says that they are right.</summary>
        public void Confirm(PoseTick tick)
        {
            confirmed = tick.Confirmation;
            Forget();
        }

        public Verdict Take(PoseTick tick)
        {
            if (!allowed.Contains(tick.Source)) return Verdict.NotLive;
            if (tick.Confirmation != confirmed)
            {
                shown = null;
                return Verdict.Unconfirmed;
            }
            if (ended.Contains(tick.Epoch)) return Verdict.Ended;
            if (tick.Clock == StreamClock.MonoLocal) return Verdict.ForeignClock;
            ulong before;
            last.TryGetValue(tick.Epoch, out before);
            if (tick.Sequence <= before) return tick.Sequence == before ? Verdict.Duplicate : Verdict.OutOfOrder;
            long wallNow = wall(), now = monotonic(), error = tick.ClockErrorUS * 1000L;
            if (HasStepped(wallNow, now, (long)tick.PublishNS, StepNS + 2 * error))
            {
                confirmed = null;
                Forget();
                return Verdict.ClockStepped;
            }
            last[tick.Epoch] = tick.Sequence;
            long age = wallNow - (long)tick.CaptureNS, valid = Math.Min(tick.ValidForMS, LongestMS) * 1000000;
            if (age < -error - ReadingNS) return Verdict.FromTheFuture;
            if (age + error > valid) return Verdict.TooOld;
            if (tick.State == StreamState.Stopped) ended.Add(tick.Epoch);
            shown = tick;
            expires = now + valid - age - error;
            return Verdict.Accepted;
        }

        /// <summary>What may be shown now, or null: ask in every frame that is drawn, whether or not a message came.</summary>
        public PoseTick Current { get { return shown != null && monotonic() <= expires ? shown : null; } }

        private bool HasStepped(long wallNow, long now, long published, long limit)
        {
            long difference = wallNow - now, delay = now - published;
            long was = offset ?? difference;
            // The fastest so far, and what NTP may have slewed since: 0.5 ms a second.
            long fastest = heard == 0 ? delay : least + (now - leastAt) / 2000;
            bool stepped = Math.Abs(difference - was) > limit || (heard >= 20 && delay < fastest - limit);
            offset = difference;
            least = Math.Min(fastest, delay);
            leastAt = now;
            heard++;
            return stepped;
        }

        private void Forget()
        {
            shown = null;
            offset = null;
            heard = 0;
        }
    }
}
