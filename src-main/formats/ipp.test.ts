import { expect, it } from 'vitest'
import { type IppRequest, readIppRequest, writeIppResponse } from './ipp.ts'

/** Get-Printer-Attributes as RFC 8010, appendix A, has it, with two values of an attribute and a document behind it. */
const attribute = (tag: number, name: string, value: string): number[] => [
  tag,
  ...[name.length >> 8, name.length & 255],
  ...Buffer.from(name),
  ...[value.length >> 8, value.length & 255],
  ...Buffer.from(value),
]
const request = Uint8Array.from([
  ...[2, 0, 0, 0x0b, 0, 0, 0, 9, 1],
  ...attribute(0x47, 'attributes-charset', 'utf-8'),
  ...attribute(0x44, 'requested-attributes', 'printer-name'),
  ...attribute(0x44, '', 'printer-state'),
  ...[2, ...attribute(0x42, 'job-name', 'Letter')],
  ...[3, 0x25, 0x50],
])

it('reads a request, and knows where its document starts', () => {
  const read = readIppRequest(request) as IppRequest
  expect(read).toMatchObject({ version: [2, 0], operation: 0x0b, requestId: 9, bytes: request.length - 2 })
  const texts = [...read.attributes].map(([name, value]) => [name, Buffer.from(value).toString()])
  expect(texts).toEqual([
    ['attributes-charset', 'utf-8'],
    ['requested-attributes', 'printer-name'],
    ['job-name', 'Letter'],
  ])
})

it('waits for the rest of one that is cut off anywhere, and rejects one without a group', () => {
  for (let length = 0; length < request.length - 2; length++) expect(readIppRequest(request.subarray(0, length))).toBeUndefined()
  const without = Uint8Array.from([2, 0, 0, 0x0b, 0, 0, 0, 9, ...attribute(0x47, 'attributes-charset', 'utf-8'), 3])
  expect(readIppRequest(without)).toEqual({ fault: 'an attribute outside of a group', offset: 8 })
})

it('writes responses that it reads', () => {
  const response = writeIppResponse({
    version: [1, 1],
    status: 0x0406,
    requestId: 4,
    groups: [
      {
        group: 'printer',
        attributes: [
          ['printer-name', 'name', 'Größe'],
          ['copies', 'integer', 1, 2],
          ['open', 'boolean', true],
        ],
      },
    ],
  })
  const read = readIppRequest(response) as IppRequest
  expect(read).toMatchObject({ version: [1, 1], operation: 0x0406, requestId: 4, bytes: response.length })
  expect(Buffer.from(read.attributes.get('printer-name')!).toString()).toBe('Größe')
  expect([...read.attributes.get('copies')!]).toEqual([0, 0, 0, 1])
  expect([...read.attributes.get('open')!]).toEqual([1])
})
