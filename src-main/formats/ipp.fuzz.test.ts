import { expect, it } from 'vitest'
import { isFault } from './fault.ts'
import { readIppRequest, writeIppResponse } from './ipp.ts'
import { integersFrom } from './testing/random.ts'

const runs = 5000 * Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 1))
/** Requests and responses have the same form. */
const request = writeIppResponse({
  version: [2, 0],
  status: 5,
  requestId: 7,
  groups: [
    {
      group: 'job',
      attributes: [
        ['job-name', 'name', 'Letter'],
        ['copies', 'integer', 1, 2],
        ['job-uri', 'uri', 'ipp://localhost/jobs/4'],
      ],
    },
  ],
})

it('reads any bytes without throwing, and stays within them', () => {
  let others = 0
  for (let run = 0; run < runs; run++) {
    const bytes = run % 2 === 0 ? Uint8Array.from(request) : Uint8Array.from({ length: random(200) }, () => random(256))
    for (let changes = run % 2 === 0 ? random(6) + 1 : 0; changes > 0; changes--) bytes[random(bytes.length)] = random(256)
    const cut = bytes.subarray(0, run % 3 === 0 ? random(bytes.length + 1) : bytes.length)
    const read = readIppRequest(cut)
    if (read === undefined) others++
    else if (isFault(read)) {
      others++
      expect(read.offset).toBeLessThanOrEqual(cut.length)
    } else {
      expect(read.bytes).toBeLessThanOrEqual(cut.length)
      for (const value of read.attributes.values()) expect(value.byteOffset + value.length).toBeLessThanOrEqual(cut.byteOffset + cut.length)
    }
  }
  expect(others).toBeGreaterThan(runs / 4)
})
