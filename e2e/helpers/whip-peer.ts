import { Audio as AudioSection, PeerConnection, type Track, Video as VideoSection } from 'node-datachannel'

/** A WebRTC peer without a browser, on libdatachannel: what many encoders and tools are made of. */
export interface RawPeer {
  readonly status: number
  readonly videoTrack: Track
  /** RTP and RTCP packets that came. */
  readonly received: number
  untilConnected(timeoutMs?: number): Promise<void>
  close(): void
}

/** The offer of a fresh peer. */
export async function makeOffer(direction: 'SendOnly' | 'RecvOnly'): Promise<{ peer: PeerConnection; videoTrack: Track; sdp: string }> {
  const peer = new PeerConnection('raw', { iceServers: [], bindAddress: '127.0.0.1', disableAutoNegotiation: true })
  const video = new VideoSection('0', direction)
  video.addH264Codec(96, 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1')
  const audio = new AudioSection('1', direction)
  audio.addOpusCodec(111)
  if (direction === 'SendOnly') {
    video.addSSRC(2222, 'raw', 'raw', 'v')
    audio.addSSRC(1111, 'raw', 'raw', 'a')
  }
  const videoTrack = peer.addTrack(video)
  peer.addTrack(audio)
  const sdp = await new Promise<string>((resolve) => {
    peer.onGatheringStateChange((state) => {
      if (state === 'complete') resolve(peer.localDescription()!.sdp)
    })
    peer.setLocalDescription('offer')
  })
  return { peer, videoTrack, sdp }
}

/** Offers at an endpoint of WHIP (with a key) or WHEP (without) and takes the answer. */
export async function connectPeer(endpoint: string, key?: string): Promise<RawPeer> {
  const { peer, videoTrack, sdp } = await makeOffer(key === undefined ? 'RecvOnly' : 'SendOnly')
  let received = 0
  videoTrack.onMessage(() => {
    received++
  })
  let onConnected = (): void => undefined
  const connected = new Promise<void>((resolve) => {
    onConnected = resolve
  })
  peer.onStateChange((state) => {
    if (state === 'connected') onConnected()
  })
  const reply = await fetch(endpoint, {
    method: 'POST',
    body: sdp,
    headers: { 'content-type': 'application/sdp', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
  })
  const answer = await reply.text()
  if (reply.status === 201) peer.setRemoteDescription(answer, 'answer')
  return {
    status: reply.status,
    videoTrack,
    get received() {
      return received
    },
    async untilConnected(timeoutMs = 60_000) {
      let timer: NodeJS.Timeout | undefined
      await Promise.race([
        connected,
        new Promise((_, reject) => {
          timer = setTimeout(() => reject(new Error(`the peer is ${peer.state()}`)), timeoutMs)
        }),
      ])
      clearTimeout(timer)
    },
    close: () => peer.close(),
  }
}
