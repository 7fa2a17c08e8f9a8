import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FileFault } from '../../../../../platform/user-files/regular-file.ts'
import { type FileStamp, type JudgePath, stampOf } from './file-stamp.ts'
import { MediaFault } from './media-fault.ts'

/** Most files of a folder that are looked at. */
const maxNames = 200_000

/** Numbered images: FFmpeg's pattern of them and the number that they start with. */
export interface ImageSequence {
  readonly pattern: string
  readonly first: number
  readonly stamp: FileStamp
}

/** What a file name says about its numbering: `intro-%04d.png` as well as `intro-0007.png`; undefined without a number. */
export function patternOf(name: string): { readonly before: string; readonly digits: number; readonly after: string } | undefined {
  const written = name.match(/^(.*?)%(?:0(\d{1,2}))?d(.*)$/)
  if (written) return { before: written[1] as string, digits: Number(written[2] ?? 0), after: written[3] as string }
  const numbered = name.match(/^(.*?)(\d+)(\D*)$/)
  if (!numbered) return undefined
  const digits = numbered[2] as string
  // Without leading zeros a longer number may follow a shorter one.
  return { before: numbered[1] as string, digits: digits.startsWith('0') ? digits.length : 0, after: numbered[3] as string }
}

/** Looks in the folder for where a sequence starts. Throws MediaFault. `judge` answers real paths. */
export async function sequenceOf(file: string, judge: JudgePath): Promise<ImageSequence> {
  const parts = patternOf(basename(file))
  if (parts === undefined) throw new MediaFault('refused', `${file} has no number: name one of the images, or a pattern as intro-%04d.png`)
  let folder = dirname(file)
  let names: string[]
  try {
    folder = await judge(folder)
    names = await readdir(folder)
  } catch (error) {
    if (error instanceof FileFault) throw new MediaFault('refused', error.message)
    throw new MediaFault('missing', `The folder ${folder} is missing: put it back, or choose another`)
  }
  const { before, digits, after } = parts
  let first = Number.POSITIVE_INFINITY
  let name = ''
  for (const each of names.slice(0, maxNames)) {
    if (!each.startsWith(before) || !each.endsWith(after)) continue
    const middle = each.slice(before.length, each.length - after.length)
    if (!/^\d{1,9}$/.test(middle) || (digits > 0 && middle.length < digits)) continue
    const number = Number(middle)
    if (number >= first) continue
    first = number
    name = each
  }
  if (name === '') throw new MediaFault('missing', `${file}: there are no images of that name`)
  const escaped = (text: string): string => text.replaceAll('%', '%%')
  const place = digits > 0 ? `%0${digits}d` : '%d'
  return {
    pattern: join(escaped(folder), `${escaped(before)}${place}${escaped(after)}`),
    first,
    stamp: await stampOf(join(folder, name), judge),
  }
}
