import { expect, it } from 'vitest'
import { integersFrom } from '../../formats/testing/random.ts'
import { readClientMessage, readGuestHello } from './client-message.ts'
import { rightForMessage } from './message-rights.ts'

const runs = 5000 * Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 14))

const valid: readonly object[] = [
  { kind: 'key', code: 'KeyA', key: 'a', down: true },
  { kind: 'held', codes: ['ShiftLeft', 'KeyA'] },
  { kind: 'text', text: 'a漢😀' },
  { kind: 'move', x: 3, y: 4 },
  { kind: 'button', button: 8, down: false, x: 3, y: 4 },
  { kind: 'wheel', x: 0, y: -3 },
  { kind: 'touch', fingers: [{ finger: 1, x: 3, y: 4 }] },
  { kind: 'size', width: 1111, height: 777, monitor: 1 },
  { kind: 'arrange', monitors: [{ x: 0, y: 0, width: 800, height: 600 }] },
  { kind: 'part', part: { x: 0, y: 0, width: 800, height: 600 } },
  { kind: 'rtc-offer', sdp: 'v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n' },
  { kind: 'transport', via: 'webrtc' },
  { kind: 'decoder', h264: true },
  { kind: 'quality', quality: 'fast' },
  { kind: 'ping', at: 1.5 },
  { kind: 'drawn', update: 7 },
  { kind: 'control', action: 'give', attendee: 'abc' },
  { kind: 'hello', guest: 'a'.repeat(43) },
]
const odd: readonly unknown[] = [
  null,
  -1,
  0,
  1.5,
  1e308,
  -0,
  2 ** 53,
  '',
  'control',
  '__proto__',
  'constructor',
  '\ud800',
  'x'.repeat(20_000),
  [],
  [[[[]]]],
  {},
  { length: 3 },
  true,
  Array.from({ length: 500 }, () => 'KeyA'),
]
const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T

/** A message with a field that is another, missing or too many; now and then a broken text. */
function message(): string {
  const fields: [string, unknown][] = Object.entries(pick(valid))
  const at = random(fields.length)
  const change = random(5)
  if (change === 0) fields.splice(at, 1)
  else if (change === 1) fields.push([pick(['x', 'text', '__proto__', 'kind', 'viewer', 'rights']), pick(odd)])
  else if (change < 4) fields[at] = [fields[at]![0], pick(odd)]
  const text = `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
  if (random(4) > 0) return text
  const cut = random(text.length)
  return random(2) === 0 ? text.slice(0, cut) : text.slice(0, cut) + String.fromCharCode(random(0x10000)) + text.slice(cut + 1)
}

it('reads whatever a viewer sends: as a message with its right and within its bounds, or not at all', () => {
  let read = 0
  for (let run = 0; run < runs; run++) {
    const text = message()
    const hello = readGuestHello(text)
    if (hello !== undefined) expect(hello.length).toBeLessThanOrEqual(200)
    const found = readClientMessage(text)
    if (found === undefined) continue
    read++
    expect(['see', 'control']).toContain(rightForMessage(found))
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype)
    expect(JSON.stringify(found).length).toBeLessThan(8000)
  }
  expect(read).toBeGreaterThan(runs / 20)
  expect(read).toBeLessThan(runs)
})

it('reads a deep or a long text in bounded time', () => {
  for (const text of [
    '['.repeat(16_000),
    `{"kind":"held","codes":${'['.repeat(4000)}${']'.repeat(4000)}}`,
    `"${'\\u0000'.repeat(2700)}"`,
  ]) {
    expect(readClientMessage(text)).toBeUndefined()
    expect(readGuestHello(text)).toBeUndefined()
  }
})
