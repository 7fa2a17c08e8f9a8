import type { Page } from 'playwright-core'

/** What a page says about its publishing or playing. */
export interface Signalled {
  readonly status: number
  readonly location: string | null
  readonly body: string
}

/** Publishes a canvas with the barcode of helpers/barcode (frame number, wall clock) and a tone over WHIP; plain WebRTC, none of our client's code. */
export function publishFromPage(page: Page, endpoint: string, key: string, codec = 'H264'): Promise<Signalled> {
  return page.evaluate(
    async ({ endpoint, key, codec }) => {
      const canvas = document.createElement('canvas')
      canvas.width = 640
      canvas.height = 360
      const context = canvas.getContext('2d')!
      let frame = 0
      const crc16 = (bytes: Uint8Array): number => {
        let crc = 0xffff
        for (let i = 0; i < 10; i++) {
          crc ^= bytes[i]! << 8
          for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
        }
        return crc
      }
      const bytes = new Uint8Array(12)
      const view = new DataView(bytes.buffer)
      const media = canvas.captureStream(0)
      const track = media.getVideoTracks()[0] as CanvasCaptureMediaStreamTrack
      const draw = (): void => {
        const wallMs = Date.now()
        view.setUint32(0, frame++)
        view.setUint32(4, Math.floor(wallMs / 0x10000))
        view.setUint16(8, wallMs % 0x10000)
        view.setUint16(10, crc16(bytes))
        context.fillStyle = `hsl(${frame % 360} 60% 40%)`
        context.fillRect(0, 36, 640, 324)
        for (let bit = 0; bit < 96; bit++) {
          context.fillStyle = (bytes[bit >> 3]! >> (7 - (bit & 7))) & 1 ? '#fff' : '#000'
          context.fillRect((bit % 32) * 20, Math.floor(bit / 32) * 12, 20, 12)
        }
        track.requestFrame()
      }
      setInterval(draw, 1000 / 30)
      const audio = new AudioContext()
      const tone = audio.createOscillator()
      const sink = audio.createMediaStreamDestination()
      tone.connect(sink)
      tone.start()
      const peer = new RTCPeerConnection()
      const sender = peer.addTransceiver(track, { direction: 'sendonly', streams: [media] })
      sender.setCodecPreferences(RTCRtpSender.getCapabilities('video')!.codecs.filter((each) => each.mimeType === `video/${codec}`))
      peer.addTransceiver(sink.stream.getAudioTracks()[0]!, { direction: 'sendonly', streams: [media] })
      const channel = peer.createDataChannel('chat')
      await peer.setLocalDescription(await peer.createOffer())
      const reply = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/sdp', authorization: `Bearer ${key}` },
        body: peer.localDescription!.sdp,
      })
      const sdp = await reply.text()
      if (reply.status === 201) {
        await peer.setRemoteDescription({ type: 'answer', sdp })
        for (let i = 0; i < 1200 && peer.connectionState !== 'connected'; i++) await new Promise((resolve) => setTimeout(resolve, 25))
      }
      Object.assign(window, { publisher: peer, publisherChannel: channel })
      return { status: reply.status, location: reply.headers.get('location'), body: sdp }
    },
    { endpoint, key, codec },
  )
}

/** Plays over WHEP in the page's first video; resolves when there is a frame (or a rejection). */
export function playInPage(page: Page, endpoint: string): Promise<Signalled & { firstFrameMs: number }> {
  return page.evaluate(async (endpoint) => {
    const peer = new RTCPeerConnection()
    peer.addTransceiver('video', { direction: 'recvonly' })
    peer.addTransceiver('audio', { direction: 'recvonly' })
    const messages: string[] = []
    const listen = (channel: RTCDataChannel): void => {
      channel.onmessage = (event) => messages.push(String(event.data))
    }
    listen(peer.createDataChannel('chat'))
    peer.ondatachannel = (event) => listen(event.channel)
    for (const each of document.querySelectorAll('video')) each.remove()
    const video = document.createElement('video')
    video.muted = true
    video.autoplay = true
    video.style.cssText = 'position:fixed;inset:0;z-index:9'
    document.body.append(video)
    const media = new MediaStream()
    video.srcObject = media
    peer.ontrack = (event) => media.addTrack(event.track)
    await peer.setLocalDescription(await peer.createOffer())
    const from = performance.now()
    const reply = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      body: peer.localDescription!.sdp,
    })
    const sdp = await reply.text()
    if (reply.status === 201) {
      await peer.setRemoteDescription({ type: 'answer', sdp })
      for (let i = 0; i < 2000 && video.videoWidth === 0; i++) await new Promise((resolve) => setTimeout(resolve, 20))
    }
    Object.assign(window, { viewer: peer, messages })
    return { status: reply.status, location: reply.headers.get('location'), body: sdp, firstFrameMs: performance.now() - from }
  }, endpoint)
}

/** The viewer's own figures. */
export function viewerFigures(page: Page): Promise<{ frames: number; audioMs: number; freezes: number; state: string }> {
  return page.evaluate(async () => {
    const peer = (window as unknown as { viewer: RTCPeerConnection }).viewer
    let frames = 0
    let audioMs = 0
    let freezes = 0
    for (const each of (await peer.getStats()).values()) {
      if (each.type !== 'inbound-rtp') continue
      if (each.kind === 'video') {
        frames = each.framesDecoded
        freezes = each.freezeCount
      } else audioMs = (each.totalSamplesDuration ?? 0) * 1000
    }
    return { frames, audioMs, freezes, state: peer.connectionState }
  })
}
