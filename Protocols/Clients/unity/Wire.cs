using System;
using System.Text;

namespace Lamina
{
    /// <summary>Why bytes are no tick that may be used. What is refused is refused whole.</summary>
    public sealed class PoseTickException : Exception
    {
        public PoseTickException(string why) : base(why) { }
    }

    /// <summary>Reads protobuf fields one after the other, and nothing outside its bytes. Unknown fields are passed over.</summary>
    internal sealed class Wire
    {
        private readonly byte[] bytes;
        private int at;
        private readonly int end;
        private int type;
        public int Field { get; private set; }

        public Wire(byte[] bytes, int start, int end) { this.bytes = bytes; at = start; this.end = end; }

        public bool Next()
        {
            if (at == end) return false;
            ulong key = RawVarint();
            type = (int)(key & 7);
            if (key >> 3 == 0 || key >> 32 != 0) throw new PoseTickException("its bytes are no PoseTick");
            Field = (int)(key >> 3);
            return true;
        }

        public ulong Varint() { Expect(0); return RawVarint(); }

        public uint UInt32()
        {
            ulong value = Varint();
            if (value > uint.MaxValue) throw new PoseTickException("field " + Field + " is too great a number");
            return (uint)value;
        }

        public bool Bool() { return Varint() != 0; }
        public ulong Fixed64() { Expect(1); return RawFixed(8); }
        public double Double() { return BitConverter.Int64BitsToDouble((long)Fixed64()); }

        public byte[] Bytes()
        {
            int length = Length();
            var copy = new byte[length];
            Array.Copy(bytes, at, copy, 0, length);
            at += length;
            return copy;
        }

        public string Text()
        {
            try { return new UTF8Encoding(false, true).GetString(Bytes()); }
            catch (ArgumentException) { throw new PoseTickException("field " + Field + " is no UTF-8"); }
        }

        public Wire Message()
        {
            int length = Length();
            at += length;
            return new Wire(bytes, at - length, at);
        }

        /// <summary>Adds to `count` numbers of `into`, packed or single; more than fit are refused.</summary>
        public int Floats(float[] into, int count)
        {
            if (type == 5) return Put(into, count, this);
            Wire packed = Message();
            while (packed.at != packed.end) count = Put(into, count, packed);
            return count;
        }

        public void Skip()
        {
            switch (type)
            {
                case 0: RawVarint(); break;
                case 1: RawFixed(8); break;
                case 2: Message(); break;
                case 5: RawFixed(4); break;
                default: throw new PoseTickException("its bytes are no PoseTick");
            }
        }

        private static int Put(float[] into, int count, Wire from)
        {
            if (count == into.Length) throw new PoseTickException("more than " + count + " numbers");
            into[count] = BitConverter.ToSingle(BitConverter.GetBytes((uint)from.RawFixed(4)), 0);
            return count + 1;
        }

        private void Expect(int wanted)
        {
            if (type != wanted) throw new PoseTickException("field " + Field + " is of another type");
        }

        private int Length()
        {
            Expect(2);
            ulong length = RawVarint();
            if (length > (ulong)(end - at)) throw new PoseTickException("its bytes are cut off");
            return (int)length;
        }

        private ulong RawVarint()
        {
            ulong value = 0;
            for (int shift = 0; shift < 70; shift += 7)
            {
                if (at == end) throw new PoseTickException("its bytes are cut off");
                byte next = bytes[at++];
                value |= (ulong)(next & 127) << shift;
                if (next < 128) return value;
            }
            throw new PoseTickException("its bytes are no PoseTick");
        }

        private ulong RawFixed(int size)
        {
            if (end - at < size) throw new PoseTickException("its bytes are cut off");
            ulong value = 0;
            for (int n = 0; n < size; n++) value |= (ulong)bytes[at++] << 8 * n;
            return value;
        }
    }
}
