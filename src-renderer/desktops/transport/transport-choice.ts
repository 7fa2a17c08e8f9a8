/** What a person wants a desktop to come over. */
export const transportChoices = ['automatic', 'webrtc', 'websocket'] as const
export type TransportChoice = (typeof transportChoices)[number]
export type Transport = 'webrtc' | 'websocket'

/** What was measured of one transport: a round trip for each question, undefined where no answer came. */
export type RoundTrips = readonly (number | undefined)[]

/** A WebSocket whose slow answers are quicker than this loses nothing worth a change, ms. */
const quickMs = 4
/** Share of the questions that may be lost: a channel that loses more is slower than TCP. */
const maxLoss = 0.25

/** Whether the data channel serves better than the WebSocket, which repeats what is lost late. */
export function prefersWebrtc(webrtc: RoundTrips, websocket: RoundTrips): boolean {
  const answers = webrtc.filter((each) => each !== undefined)
  if (answers.length === 0 || 1 - answers.length / webrtc.length > maxLoss) return false
  const slow = slowest(websocket.filter((each) => each !== undefined))
  // No answer at all over the WebSocket: it cannot be worse.
  if (slow === undefined) return true
  return slow > quickMs && (slowest(answers) ?? 0) <= slow * 1.2 + 5
}

/** The slowest of ten. */
function slowest(values: readonly number[]): number | undefined {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * 0.9)]
}
