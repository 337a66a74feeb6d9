#!/usr/bin/env python3
"""Two network namespaces joined by an emulated link.

    netlab.py NAME      makes NAME-a (10.88.0.1) and NAME-b (10.88.0.2), runs the link, and removes both at the end of standard input

The link is a pair of TUN devices with this process between them, which needs no sch_netem in the kernel: each packet is
delayed, dropped or made to wait for its turn, per direction. Each line of standard input gets one line of JSON in return:

    set DIRECTION NAME VALUE    DIRECTION is a>b or b>a, NAME is delay (ms, one way), loss (percent), udp or tcp (loss of these alone, percent)
                                or rate (kbit/s, 0: no limit)
    reset                       ends every TCP connection for both ends, as a middlebox does
    rebind                      from now on b sees what a sends over UDP come from other ports, as through a NAT that forgot
    stats                       what has come into the link since the start; bytes are those of whole IP packets
"""
import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import shutil
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 0x0001, 0x1000, 0x40000000
ADDRESS = {"a": "10.88.0.1", "b": "10.88.0.2"}
PEER = {"a": "b", "b": "a"}
# Smaller than what any path allows, larger than what any WebRTC stack sends.
MTU = 1400
# Seconds that a packet may wait for its turn under a rate; what comes later is dropped.
LONGEST_QUEUE = 0.5


def sh(*command, check=True):
    return subprocess.run(command, check=check, capture_output=True, text=True)


def missing():
    """What the link needs and this machine does not have, or None."""
    if os.geteuid() != 0:
        return "the emulated link needs root, to make network namespaces and TUN devices"
    if shutil.which("ip") is None:
        return "the emulated link needs the program `ip` (Debian: iproute2)"
    if not os.path.exists("/dev/net/tun"):
        return "the emulated link needs TUN devices: there is no /dev/net/tun (a container needs --device /dev/net/tun --cap-add NET_ADMIN,SYS_ADMIN)"
    return None


def open_tun(name, side):
    """Opens a TUN device inside the namespace by entering it for a moment."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/var/run/netns/{name}-{side}", os.O_RDONLY)
    if libc.setns(there, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    device = f"nl-{side}"
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN | IFF_NO_PI))
    sh("ip", "addr", "add", ADDRESS[side], "peer", ADDRESS[PEER[side]], "dev", device)
    sh("ip", "link", "set", device, "mtu", str(MTU), "up")
    sh("ip", "route", "add", "default", "dev", device)
    libc.setns(home, CLONE_NEWNET)
    os.close(there)
    os.close(home)
    return tun


def kind_of(payload):
    """What a UDP payload on a port of WebRTC is, and its ssrc when it is RTP (RFC 7983, 7; RFC 5761, 4)."""
    first, second = payload[:2] if len(payload) >= 12 else (255, 0)
    if 128 <= first <= 191:
        return ("rtcp", None) if 192 <= second <= 223 else ("rtp", int.from_bytes(payload[8:12], "big"))
    return "stun" if first <= 3 else "dtls" if 20 <= first <= 63 else "other", None


def flow_of(packet):
    """(protocol, source port, destination port, kind, ssrc), and the RTP sequence number."""
    protocol = {6: "tcp", 17: "udp"}.get(packet[9]) if packet[0] >> 4 == 4 and len(packet) >= 28 else None
    if protocol is None:
        return ("other", 0, 0, "other", None), None
    at = (packet[0] & 15) * 4
    ports = int.from_bytes(packet[at:at + 2], "big"), int.from_bytes(packet[at + 2:at + 4], "big")
    kind, ssrc = kind_of(packet[at + 8:]) if protocol == "udp" else ("other", None)
    return (protocol, *ports, kind, ssrc), int.from_bytes(packet[at + 10:at + 12], "big") if kind == "rtp" else None


def checksum(data):
    """Of the internet protocols (RFC 1071); data of even length."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Connections:
    """How far each end of each TCP connection has come: what a reset has to say to be believed (RFC 5961, 3.2)."""

    def __init__(self):
        self.next = {}

    def saw(self, way, packet):
        if packet[9] != 6 or packet[0] != 0x45 or len(packet) < 40:
            return
        ends, (sequence,), flags = packet[12:24], struct.unpack("!I", packet[24:28]), packet[33]
        data = int.from_bytes(packet[2:4], "big") - 20 - (packet[32] >> 4) * 4
        ahead = (sequence + data + (flags & 2 != 0) - self.next.get((way, ends), sequence)) & 0xFFFFFFFF
        if flags & 5:  # RST, FIN
            self.next.pop((way, ends), None)
        elif ahead < 1 << 31:  # what is sent again is behind
            self.next[way, ends] = (self.next.get((way, ends), sequence) + ahead) & 0xFFFFFFFF

    def resets(self):
        for (way, ends), sequence in self.next.items():
            tcp = ends[8:12] + struct.pack("!IIBBHHH", sequence, 0, 5 << 4, 4, 0, 0, 0)
            tcp = tcp[:16] + struct.pack("!H", checksum(ends[:8] + struct.pack("!HH", 6, len(tcp)) + tcp)) + tcp[18:]
            ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + ends[:8]
            yield way, ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp
        self.next.clear()


class Nat:
    """Moves the UDP ports of a, as b sees them."""
    FIRST, COUNT = 1024, 64512

    def __init__(self):
        self.shift = 0

    def rebind(self):
        self.shift += 7001

    def passes(self, way, packet):
        if self.shift == 0 or packet[0] != 0x45 or packet[9] != 17 or len(packet) < 28:
            return packet
        at, shift = (20, self.shift) if way == "a>b" else (22, -self.shift)
        port = self.FIRST + (int.from_bytes(packet[at:at + 2], "big") - self.FIRST + shift) % self.COUNT
        moved = bytearray(packet)
        moved[at:at + 2] = port.to_bytes(2, "big")
        moved[26:28] = b"\0\0"  # none (RFC 768): the one there is of the other port
        return bytes(moved)


class Flow:
    def __init__(self):
        self.count = dict(packets=0, bytes=0, dropped=0, repeated=0, heldMs=0.0)
        self.seen = {}

    def arrived(self, size, sequence):
        count = self.count
        count["packets"] += 1
        count["bytes"] += size
        if sequence is None:
            return
        # Sequence numbers come round after 65,536 packets; what is repeated is repeated soon.
        if count["packets"] - self.seen.get(sequence, -65536) < 30000:
            count["repeated"] += 1
        self.seen[sequence] = count["packets"]


class Direction:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.settings = dict(delay=0.0, loss=0.0, udp=0.0, tcp=0.0, rate=0.0)
        self.free_at = 0.0
        self.flows = {}

    def take(self, packet, now):
        """The flow of a packet and when it is to leave the link; None when it is dropped."""
        key, sequence = flow_of(packet)
        flow = self.flows.setdefault(key, Flow())
        flow.arrived(len(packet), sequence)
        loss = max(self.settings["loss"], self.settings.get(key[0], 0.0))
        if loss and self.random.random() * 100 < loss:
            return flow, None
        if self.settings["rate"]:
            start = max(now, self.free_at)
            if start - now > LONGEST_QUEUE:
                return flow, None
            now = self.free_at = start + len(packet) * 8 / (self.settings["rate"] * 1000)
        return flow, now + self.settings["delay"] / 1000


def obey(line, directions, acts):
    word = line.split()
    if line in acts:
        acts[line]()
        return dict(ok=True)
    if word == ["stats"]:
        names = ("protocol", "from", "to", "kind", "ssrc")
        return [dict(direction=way, **dict(zip(names, key)), **flow.count) for way, direction in directions.items() for key, flow in direction.flows.items()]
    if len(word) != 4 or word[0] != "set" or word[1] not in directions or word[2] not in directions[word[1]].settings:
        return dict(error=f"not understood: {line}")
    directions[word[1]].settings[word[2]] = float(word[3])
    return dict(ok=True)


def run(name):
    tuns = {side: open_tun(name, side) for side in "ab"}
    # Each direction has chances of its own, so that what one carries does not decide what the other loses.
    directions = {"a>b": Direction(1), "b>a": Direction(2)}
    ends = {tuns["a"]: ("a>b", tuns["b"]), tuns["b"]: ("b>a", tuns["a"])}
    out_of = {way: out for way, out in ends.values()}
    connections, nat = Connections(), Nat()
    acts = dict(reset=lambda: [os.write(out_of[way], packet) for way, packet in connections.resets()], rebind=nat.rebind)
    on_the_way, order, said = [], 0, b""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))  # a cable does not wait for its turn on the processor
    except PermissionError:
        pass
    print(json.dumps(dict(ok=True)), flush=True)
    while True:
        now = time.monotonic()
        while on_the_way and on_the_way[0][0] <= now:
            _, _, came, out, flow, packet = heapq.heappop(on_the_way)
            try:
                os.write(out, packet)
                flow.count["heldMs"] += (now - came) * 1000
            except OSError:
                flow.count["dropped"] += 1
        ready, _, _ = select.select([*ends, 0], [], [], max(0.0, on_the_way[0][0] - now) if on_the_way else None)
        for fd in ready:
            if fd == 0:
                heard = os.read(0, 65536)
                if not heard:
                    return
                *lines, said = (said + heard).split(b"\n")
                for line in lines:
                    print(json.dumps(obey(line.decode(), directions, acts)), flush=True)
                continue
            try:
                packet = os.read(fd, 65535)
            except BlockingIOError:
                continue
            came = time.monotonic()
            way, out = ends[fd]
            flow, leaves = directions[way].take(packet, came)
            if leaves is None:
                flow.count["dropped"] += 1
            else:
                order += 1
                connections.saw(way, packet)
                packet = nat.passes(way, packet)
                heapq.heappush(on_the_way, (leaves, order, came, out, flow, packet))


def main():
    [name] = sys.argv[1:]
    lack = missing()
    if lack is not None:
        sys.exit(lack)
    try:
        for side in "ab":
            sh("ip", "netns", "add", f"{name}-{side}")
            sh("ip", "-n", f"{name}-{side}", "link", "set", "lo", "up")
        run(name)
    except subprocess.CalledProcessError as error:
        sys.exit(f"the emulated link could not be made: `{' '.join(error.cmd)}` said: {error.stderr.strip()}")
    finally:
        for side in "ab":
            sh("ip", "netns", "del", f"{name}-{side}", check=False)


main()
