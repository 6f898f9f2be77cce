using System;
using System.Diagnostics;
using NetMQ;
using NetMQ.Sockets;

namespace Lamina
{
    /// <summary>A connection to `lamina navigate`. Not thread-safe: call everything from the thread that made it, Poll once in every frame that is drawn.</summary>
    public sealed class LaminaPoseClient : IDisposable
    {
        private static readonly DateTime epoch = new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        private readonly SubscriberSocket socket = new SubscriberSocket();

        public readonly PoseGate Gate;
        /// <summary>What became of the last message; null when it was malformed, which Problem names.</summary>
        public Verdict? LastVerdict { get; private set; }
        public string Problem { get; private set; }
        /// <summary>The last tick that nobody has confirmed: show its plan, patient and registration, and hand it to Gate.Confirm when a person says that they are right.</summary>
        public PoseTick Unconfirmed { get; private set; }

        /// <param name="own">This client's key pair, `server` the publisher's public key (32 bytes): both or neither.</param>
        public LaminaPoseClient(string address, NetMQCertificate own = null, byte[] server = null, params StreamSource[] allowed)
        {
            Gate = new PoseGate(() => (DateTime.UtcNow - epoch).Ticks * 100, () => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency)), allowed);
            socket.Options.Linger = TimeSpan.Zero;
            socket.Options.MaxMsgSize = PoseTick.GreatestBytes;
            socket.Options.ReconnectInterval = TimeSpan.FromMilliseconds(50);
            socket.Options.HeartbeatInterval = TimeSpan.FromMilliseconds(100);
            socket.Options.HeartbeatTimeout = TimeSpan.FromMilliseconds(300);
            if ((own == null) != (server == null)) throw new ArgumentException("give both keys, or neither");
            if (own != null)
            {
                socket.Options.CurveServerKey = server;
                socket.Options.CurveCertificate = own;
            }
            socket.Subscribe("pose/v");
            socket.Connect(address);
        }

        /// <summary>Drains the queue to its newest message, since NetMQ has no CONFLATE, and gives what may be shown now, or null.</summary>
        public PoseTick Poll()
        {
            byte[] newest = null, next;
            // Bounded: a publisher that sends faster than this reads must not hold up the drawing.
            for (int n = 0; n < 1000 && socket.TryReceiveFrameBytes(out next); n++) newest = next;
            if (newest != null) Take(newest);
            return Gate.Current;
        }

        public void Dispose() { socket.Dispose(); }

        private void Take(byte[] message)
        {
            try
            {
                PoseTick tick = PoseTick.Decode(message);
                LastVerdict = Gate.Take(tick);
                Problem = null;
                Unconfirmed = LastVerdict == Verdict.Unconfirmed && tick.HasRegistration ? tick : null;
            }
            catch (PoseTickException refused)
            {
                LastVerdict = null;
                Problem = refused.Message;
            }
        }
    }
}
