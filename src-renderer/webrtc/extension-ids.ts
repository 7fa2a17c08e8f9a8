/** Header extensions with the ids that the mediasoup engine writes; it can use one only where the offer has the same id. */
const wanted: ReadonlyMap<string, number> = new Map([
  ['urn:ietf:params:rtp-hdrext:sdes:mid', 1],
  ['http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time', 4],
  ['http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01', 5],
])

/**
 * Numbers a viewer's offer so that transport-wide congestion control works with every engine of the host: without it the
 * host cannot tell what the viewer's network carries, and simulcast does not adapt. Other extensions are left out.
 */
export function alignExtensionIds(sdp: string): string {
  return sdp
    .split('\r\n')
    .flatMap((line) => {
      const uri = /^a=extmap:\d+(?:\/\w+)? (\S+)/.exec(line)?.[1]
      if (uri === undefined) return [line]
      const id = wanted.get(uri)
      return id === undefined ? [] : [`a=extmap:${id} ${uri}`]
    })
    .join('\r\n')
}
