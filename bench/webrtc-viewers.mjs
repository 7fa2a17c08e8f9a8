/**
 * Opens many WHEP players of one URL with node-datachannel and discards what they receive. Argument: `{ url, viewers }`. Reports the bytes
 * to its parent.
 */
import ndc from 'node-datachannel'

const { url, viewers } = JSON.parse(process.argv[2])
const counts = { bytes: 0, playing: 0, lost: 0 }
const kept = []

async function open(index) {
  const peer = new ndc.PeerConnection(`viewer${index}`, { iceServers: [], bindAddress: '127.0.0.1', disableAutoNegotiation: true })
  const audio = new ndc.Audio('0', 'RecvOnly')
  audio.addOpusCodec(111)
  const video = new ndc.Video('1', 'RecvOnly')
  video.addH264Codec(102, 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f')
  const tracks = [peer.addTrack(audio), peer.addTrack(video)]
  for (const track of tracks) {
    track.onMessage((packet) => {
      counts.bytes += packet.length
    })
  }
  kept.push(peer, ...tracks)
  peer.onStateChange((state) => {
    if (state === 'connected') counts.playing++
    else if (state === 'failed' || state === 'closed' || state === 'disconnected') counts.lost++
  })
  const offer = await new Promise((resolve) => {
    peer.onGatheringStateChange((state) => {
      if (state === 'complete') resolve(peer.localDescription().sdp)
    })
    peer.setLocalDescription('offer')
  })
  for (;;) {
    const reply = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/sdp' }, body: offer })
    const answer = await reply.text()
    if (reply.status === 201) {
      peer.setRemoteDescription(answer, 'answer')
      return
    }
    if (reply.status !== 429) throw new Error(`${reply.status} ${answer}`)
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

setInterval(() => process.send(counts), 250)
for (let index = 0; index < viewers; index++) await open(index)
