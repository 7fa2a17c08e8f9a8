import type { MediaSignature } from '../../../formats/media-signature.ts'

/** With number and ending a name is an id of the API, of 80 characters at most. */
const maxBaseLength = 64
/** Names that Windows keeps for devices. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i

/**
 * The name of a file as it may be written into a folder on every system: the last part of whatever path was sent, without characters that
 * mean something to a system or a shell, and with an ending of the file's real type.
 */
export function cleanName(sent: string, { endings }: MediaSignature): string {
  const last = sent.normalize('NFC').split(/[\\/]/).at(-1) ?? ''
  const dot = last.lastIndexOf('.')
  const given = dot > 0 ? last.slice(dot + 1).toLowerCase() : ''
  const known = endings.includes(given)
  const base = (known ? last.slice(0, dot) : last)
    .replaceAll(/[^\p{L}\p{N} ._()+-]/gu, '_')
    .replaceAll(/\s+/g, ' ')
    .replace(/^[. _]+/, '')
    .replace(/[. ]+$/, '')
  const short = base.slice(0, maxBaseLength).toWellFormed().trimEnd()
  const name = short === '' || devices.test(short) ? `file${short === '' ? '' : `-${short}`}` : short
  return `${name}.${known ? given : endings[0]}`
}

/** `name`, or with a number where somebody has it: `intro.mp4`, `intro-2.mp4`. */
export function uniqueName(name: string, isTaken: (name: string) => boolean): string {
  const dot = name.lastIndexOf('.')
  let next = name
  for (let number = 2; isTaken(next); number++) next = `${name.slice(0, dot)}-${number}${name.slice(dot)}`
  return next
}
