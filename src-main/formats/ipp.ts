import { type Fault, fault } from './fault.ts'

/** Requests and responses of the Internet Printing Protocol, RFC 8010, without their documents. */

/** Begin-attribute-group and value tags, RFC 8010, section 3.5. */
export const ippTags = {
  operation: 0x01,
  job: 0x02,
  end: 0x03,
  printer: 0x04,
  integer: 0x21,
  boolean: 0x22,
  enum: 0x23,
  text: 0x41,
  name: 0x42,
  keyword: 0x44,
  uri: 0x45,
  charset: 0x47,
  language: 0x48,
  mediaType: 0x49,
} as const

/** Attributes of a request that are read; what follows is passed over. */
const maxAttributes = 1000

export interface IppRequest {
  readonly version: readonly [major: number, minor: number]
  readonly operation: number
  readonly requestId: number
  /** The first value of each attribute, by its name; of several groups the first one that has it. */
  readonly attributes: ReadonlyMap<string, Uint8Array>
  /** Where the document starts. */
  readonly bytes: number
}

/** Reads the request at the start of `bytes`; undefined: more of it has to come. */
export function readIppRequest(bytes: Uint8Array): IppRequest | Fault | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 8) return undefined
  const version = [view.getUint8(0), view.getUint8(1)] as const
  const attributes = new Map<string, Uint8Array>()
  let grouped = false
  for (let at = 8; at < bytes.length; ) {
    const tag = view.getUint8(at)
    if (tag === ippTags.end) return { version, operation: view.getUint16(2), requestId: view.getUint32(4), attributes, bytes: at + 1 }
    if (tag < 0x10) {
      grouped = true
      at++
      continue
    }
    if (!grouped) return fault('an attribute outside of a group', at)
    if (at + 3 > bytes.length) return undefined
    const nameEnd = at + 3 + view.getUint16(at + 1)
    if (nameEnd + 2 > bytes.length) return undefined
    const end = nameEnd + 2 + view.getUint16(nameEnd)
    if (end > bytes.length) return undefined
    const name = Buffer.from(bytes.subarray(at + 3, nameEnd)).toString('latin1')
    // Further values of an attribute have no name.
    if (name !== '' && !attributes.has(name) && attributes.size < maxAttributes) attributes.set(name, bytes.subarray(nameEnd + 2, end))
    at = end
  }
  return undefined
}

type ValueTag = Exclude<keyof typeof ippTags, 'operation' | 'job' | 'end' | 'printer'>

/** An attribute with its values, all of one tag. */
export type IppAttribute = readonly [name: string, tag: ValueTag, ...values: readonly (string | number | boolean)[]]

export interface IppResponse {
  readonly version: readonly [major: number, minor: number]
  readonly status: number
  readonly requestId: number
  /** After the operation attributes, which are those that each response has. */
  readonly groups: readonly { readonly group: 'job' | 'printer'; readonly attributes: readonly IppAttribute[] }[]
}

export function writeIppResponse({ version, status, requestId, groups }: IppResponse): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt8(version[0], 0)
  head.writeUInt8(version[1], 1)
  head.writeUInt16BE(status, 2)
  head.writeUInt32BE(requestId, 4)
  const parts: Uint8Array[] = [head, Uint8Array.of(ippTags.operation)]
  const usual: readonly IppAttribute[] = [
    ['attributes-charset', 'charset', 'utf-8'],
    ['attributes-natural-language', 'language', 'en'],
  ]
  for (const attribute of usual) writeAttribute(parts, attribute)
  for (const { group, attributes } of groups) {
    parts.push(Uint8Array.of(ippTags[group]))
    for (const attribute of attributes) writeAttribute(parts, attribute)
  }
  parts.push(Uint8Array.of(ippTags.end))
  return Buffer.concat(parts)
}

function writeAttribute(parts: Uint8Array[], [name, tag, ...values]: IppAttribute): void {
  for (const [index, value] of values.entries()) {
    const label = Buffer.from(index === 0 ? name : '', 'latin1')
    const content = contentOf(value)
    const header = Buffer.alloc(3)
    header.writeUInt8(ippTags[tag], 0)
    header.writeUInt16BE(label.length, 1)
    const size = Buffer.alloc(2)
    size.writeUInt16BE(content.length, 0)
    parts.push(header, label, size, content)
  }
}

function contentOf(value: string | number | boolean): Buffer {
  if (typeof value === 'boolean') return Buffer.from([value ? 1 : 0])
  if (typeof value === 'string') return Buffer.from(value, 'utf8')
  const content = Buffer.alloc(4)
  content.writeInt32BE(value, 0)
  return content
}
