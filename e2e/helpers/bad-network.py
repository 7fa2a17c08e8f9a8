"""
A bad network in the network namespace that this runs in: `unshare --net python3 bad-network.py PORT...`.

What connects to 10.9.0.2 reaches 10.9.0.1, which is this namespace itself, over a TUN device: each packet that leaves for 10.9.0.2 comes back
with its two IP addresses exchanged, which leaves every checksum as it was. PORT are those of the side that listens: packets to them go up,
packets from them go down. Each line of the input is a JSON object with the line's new state: `loss` (share of the packets, 0 to 1),
`delayMs` (each way), `kbps` and `queueMs` (of data that wait at that rate; what exceeds it is lost), for both directions or for `way` "up" or
"down". Each is answered by a line with how many packets passed and were dropped so far. Ends with its input.
"""

import fcntl
import heapq
import json
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
TCP, UDP = 6, 17
MAX_WAITING = 20_000

ports = {int(port) for port in sys.argv[1:]}
device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH14x", b"bad0", IFF_TUN | IFF_NO_PI))
for words in ("link set lo up", "addr add 10.9.0.1/24 dev bad0", "link set bad0 up"):
    subprocess.run(["ip", *words.split()], check=True)

# The same losses in each run.
chance = random.Random(1)
lines = {"up": {}, "down": {}}
free_at = {"up": 0.0, "down": 0.0}
waiting = []
passed = dropped = order = 0
unread = b""


def way_of(packet):
    """Up where it goes to a port of the listening side."""
    head = (packet[0] & 15) * 4
    if packet[9] in (TCP, UDP) and len(packet) >= head + 4:
        return "up" if struct.unpack_from("!H", packet, head + 2)[0] in ports else "down"
    return "down"


def carry(packet):
    global passed, dropped, order
    if len(packet) < 20 or packet[0] >> 4 != 4:
        return
    way = way_of(packet)
    line = lines[way]
    now = time.monotonic()
    kbps = line.get("kbps")
    waits = max(0.0, free_at[way] - now)
    full = kbps is not None and waits * 1000 > line.get("queueMs", 200)
    if full or len(waiting) >= MAX_WAITING or chance.random() < line.get("loss", 0):
        dropped += 1
        return
    passed += 1
    if kbps is not None:
        free_at[way] = now + waits + len(packet) * 8 / (kbps * 1000)
    leaves = free_at[way] if kbps is not None else now
    order += 1
    turned = packet[:12] + packet[16:20] + packet[12:16] + packet[20:]
    heapq.heappush(waiting, (leaves + line.get("delayMs", 0) / 1000, order, turned))


def change(text):
    said = json.loads(text)
    ways = [said.pop("way")] if "way" in said else ["up", "down"]
    for way in ways:
        lines[way] = said
        free_at[way] = 0.0
    print(json.dumps({"passed": passed, "dropped": dropped}), flush=True)


print("ready", flush=True)
while True:
    timeout = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
    readable, _, _ = select.select([device, sys.stdin.buffer.raw], [], [], timeout)
    now = time.monotonic()
    while waiting and waiting[0][0] <= now:
        try:
            os.write(device, heapq.heappop(waiting)[2])
        except OSError:
            dropped += 1
    if device in readable:
        # A few at a time: what is due is not kept waiting by what comes.
        for _ in range(64):
            try:
                carry(os.read(device, 65536))
            except BlockingIOError:
                break
    if sys.stdin.buffer.raw in readable:
        read = os.read(0, 65536)
        if read == b"":
            break
        *whole, unread = (unread + read).split(b"\n")
        for text in whole:
            change(text)
