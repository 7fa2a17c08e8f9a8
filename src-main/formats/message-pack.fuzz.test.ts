import { expect, it } from 'vitest'
import { isFault } from './fault.ts'
import { pack, unpack } from './message-pack.ts'
import { integersFrom } from './testing/random.ts'

const runs = 5000 * Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 1))
const message = pack({
  op: 8,
  d: {
    requestId: 'id',
    haltOnFailure: true,
    requests: [{ requestType: 'Sleep', requestData: { sleepMillis: 70_000, x: [-1, 0.5, null] } }],
  },
})

it('reads any bytes without throwing, and names an offset within them where they are no message', () => {
  let faults = 0
  for (let run = 0; run < runs; run++) {
    const bytes = run % 2 === 0 ? Uint8Array.from(message) : Uint8Array.from({ length: random(200) }, () => random(256))
    for (let changes = run % 2 === 0 ? random(6) + 1 : 0; changes > 0; changes--) bytes[random(bytes.length)] = random(256)
    const cut = bytes.subarray(0, run % 3 === 0 ? random(bytes.length + 1) : bytes.length)
    const read = unpack(cut)
    if (isFault(read)) {
      faults++
      expect(read.offset).toBeLessThanOrEqual(cut.length)
    } else expect(unpack(pack(read.value))).toEqual({ value: JSON.parse(JSON.stringify(read.value)) })
  }
  expect(faults).toBeGreaterThan(runs / 4)
})
