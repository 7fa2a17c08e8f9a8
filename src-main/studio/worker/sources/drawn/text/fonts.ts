import { createHash } from 'node:crypto'
import { GlobalFonts } from '@napi-rs/canvas'

export interface ChosenFont {
  /** Name as the system has it. */
  readonly family: string
  /** It is what was asked for by name. */
  readonly asked: boolean
  /** What to tell where another one was asked for. */
  readonly problem: string | undefined
}

/** Which installed family represents a generic one, the first that there is. */
const generic: Readonly<Record<string, readonly string[]>> = {
  'sans-serif': ['Noto Sans', 'DejaVu Sans', 'Liberation Sans', 'Segoe UI', 'Helvetica Neue', 'Arial'],
  'serif': ['Noto Serif', 'DejaVu Serif', 'Liberation Serif', 'Times New Roman', 'Georgia'],
  'monospace': ['Noto Sans Mono', 'DejaVu Sans Mono', 'Liberation Mono', 'Consolas', 'Menlo', 'Courier New'],
}

let installed: Map<string, string> | undefined

/** Names of the families that this machine has, by their names in small letters. */
function families(): Map<string, string> {
  installed ??= new Map(GlobalFonts.families.map(({ family }) => [family.toLowerCase(), family]))
  return installed
}

/** Font files that one process takes: each stays in its memory. */
const maxFontFiles = 100
/** Families of font files, by their bytes. */
const fromFiles = new Map<string, string | undefined>()

/** Takes a font file in; answers the name of its family, which has `name` in it. Undefined where it is not a font that can be used. */
export function addFont(bytes: Buffer, name: string): string | undefined {
  const hash = createHash('sha256').update(bytes).digest('hex')
  if (!fromFiles.has(hash)) {
    if (fromFiles.size >= maxFontFiles) throw new Error(`More than ${maxFontFiles} font files were used: reload the sources`)
    // Quotation marks would end the name where it is used.
    const family = `${name.replaceAll(/["'\\;,]/g, ' ')} ${hash.slice(0, 6)}`
    const isFont = GlobalFonts.register(bytes, family) !== null
    if (isFont) families().set(family.toLowerCase(), family)
    fromFiles.set(hash, isFont ? family : undefined)
  }
  return fromFiles.get(hash)
}

/**
 * Finds the family that is used for a wanted one. The machine's own replacement would come without a word: so it is chosen here.
 * @throws Error where the machine has no font at all
 */
export function chooseFont(wanted: string): ChosenFont {
  const known = families()
  const name = wanted.trim().toLowerCase()
  const own = known.get(name)
  if (own !== undefined) return { family: own, asked: true, problem: undefined }
  const stands = (generic[name] ?? (generic['sans-serif'] as readonly string[])).find((family) => known.has(family.toLowerCase()))
  const family = stands ?? [...known.values()][0]
  if (family === undefined) throw new Error('This machine has no font: install one, as fonts-dejavu on Debian')
  const other = name !== '' && generic[name] === undefined
  return { family, asked: false, problem: other ? `The font ${wanted.trim()} is not installed: ${family} is used instead` : undefined }
}

const emoji = ['Noto Color Emoji', 'Apple Color Emoji', 'Segoe UI Emoji']

/** Scripts that most fonts lack, and the families that have them, the first that there is. */
const scripts: readonly { readonly name: string; readonly letters: RegExp; readonly families: readonly string[] }[] = [
  { name: 'signs', letters: /\p{Extended_Pictographic}/u, families: [...emoji, 'DejaVu Sans'] },
  // DejaVu has signs and faces, but no other emoji.
  { name: 'emoji', letters: /(?![\u{1f600}-\u{1f640}])\p{Emoji_Presentation}/u, families: emoji },
  {
    name: 'Japanese',
    letters: /[\p{Script=Hiragana}\p{Script=Katakana}]/u,
    families: ['Noto Sans CJK JP', 'Noto Sans JP', 'Hiragino Sans', 'Yu Gothic', 'IPAGothic', 'VL Gothic', 'WenQuanYi Zen Hei'],
  },
  {
    name: 'Korean',
    letters: /\p{Script=Hangul}/u,
    families: ['Noto Sans CJK KR', 'Noto Sans KR', 'Apple SD Gothic Neo', 'Malgun Gothic', 'NanumGothic'],
  },
  {
    name: 'Chinese',
    letters: /\p{Script=Han}/u,
    families: ['Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Zen Hei', 'Noto Sans CJK JP'],
  },
  ...['Arabic', 'Hebrew', 'Armenian', 'Georgian', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati'].map(
    noto,
  ),
  ...[
    'Oriya',
    'Tamil',
    'Telugu',
    'Kannada',
    'Malayalam',
    'Sinhala',
    'Ethiopic',
    'Mongolian',
    'Syriac',
    'Thaana',
    'Cherokee',
    'Tifinagh',
  ].map(noto),
]

function noto(name: string): { name: string; letters: RegExp; families: readonly string[] } {
  return { name, letters: new RegExp(`\\p{Script=${name}}`, 'u'), families: [`Noto Sans ${name}`, `Noto Serif ${name}`, 'DejaVu Sans'] }
}

/** The families that a text is written with: the chosen one, and those that have letters which it may lack. */
export function familiesFor(text: string, family: string): { readonly families: readonly string[]; readonly lacking: readonly string[] } {
  const known = families()
  const stack = [family]
  const lacking: string[] = []
  for (const script of scripts) {
    if (!script.letters.test(text)) continue
    const own = script.families.find((each) => known.has(each.toLowerCase()))
    if (own === undefined) lacking.push(script.name)
    else if (!stack.includes(own)) stack.push(own)
  }
  // Signs and arrows: it has more of them than any other that is usual.
  if (known.has('dejavu sans') && !stack.includes('DejaVu Sans')) stack.push('DejaVu Sans')
  return { families: stack, lacking }
}
