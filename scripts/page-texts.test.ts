import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'rolldown/utils'
import { describe, expect, it } from 'vitest'
import { errorKinds } from '../src-main/platform/errors.ts'
import type { Messages } from '../src-renderer/messages/messages.ts'
import { SourceCache } from './source-cache.ts'

/** Checks that the page takes what people read from the message files, and that it uses every text of theirs. */

const root = fileURLToPath(new URL('../src-renderer', import.meta.url))
/** Message files: those of the folder `messages`, and those that the studio keeps in its own folders. */
const isMessages = (file: string): boolean => file.startsWith('messages/') || /(^|\/)messages\.ts$/.test(file)

interface Node {
  readonly type: string
  readonly start: number
  readonly [property: string]: unknown
}

const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === 'string'

/** A loop over the values themselves: this runs for each node of half a million, and a list for each was most of the work. */
function eachChild(node: Node, visit: (child: Node) => void): void {
  for (const property in node) {
    const value = node[property]
    if (typeof value !== 'object' || value === null) continue
    if (Array.isArray(value)) {
      for (const one of value) if (isNode(one)) visit(one)
    } else if (isNode(value)) visit(value)
  }
}

function parse(file: string, source: string): Node {
  const { program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]!.message}`)
  return program as unknown as Node
}

/** Names, units and what protocols say, which are the same in every language. */
const names =
  /^(AMI Streams|OBS Studio|VLC|Chrome|Edge|Firefox|Opera|Safari|Windows|Linux|Android|Twitch|YouTube|Facebook|RTMPS?|SRT|MP4|Matroska \(MKV\)|HEVC|AV1|Opus|RGBA?|Hz|Bearer .*)$/

/** URLs, paths and e-mail addresses that show what to enter, and codes. */
const examples = /^([\w-]+:\/\/\S*|\/\S+|\S+@\S+|\S+\.example\.com|SHA-256, AB:CD:…|-----BEGIN .*)$/

/** Values of `KeyboardEvent.key` and start of `KeyboardEvent.code`. */
const keys =
  /^(Alt|Arrow\w*|Backspace|Control|Dead|Delete|End|Enter|Escape|Home|Meta|Numpad|Page\w+|Process|Shift|Space|Tab|Unidentified|F\d+|Esc|(Ctrl|Shift)( (\w+|[-+←↑↓→]))*|Alt ↑ ↓)$/

/** Attributes whose value nobody reads. */
const machineAttributes = /^(className|id|htmlFor|name|type|href|src|key|role|style|rel|target|sandbox|allow|accept|d|path|data-.*)$/

const hasWord = (text: string): boolean => /\p{L}{2,}/u.test(text) && !examples.test(text.trim())

/** A word with a capital letter, or several words of which the first has one: what a text for people looks like. */
const looksRead = (text: string): boolean => /^\p{Lu}\p{Ll}+([.…:?!]?$|[\s,'’:-])/u.test(text) && !names.test(text) && !keys.test(text)

/** Texts of a source file that it does not take from the message files, as `line: text`. */
function bareTexts(source: string, program: Node): string[] {
  const found: string[] = []
  const add = (node: Node, text: string): void => {
    found.push(`${source.slice(0, node.start).split('\n').length}: ${text.trim().replace(/\s+/g, ' ')}`)
  }
  /** `shown`: the value of the expression is drawn as it is. */
  const visit = (node: Node, shown: boolean): void => {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'TSLiteralType':
      case 'ThrowStatement':
        return
      case 'JSXText':
        if (hasWord(String(node.value)) && !names.test(String(node.value).trim())) add(node, String(node.value))
        return
      case 'JSXAttribute':
        if (machineAttributes.test(String((node.name as Node).name))) return
        if (isNode(node.value))
          visit(node.value, /^(aria-label|title|alt|placeholder|aria-valuetext)$/.test(String((node.name as Node).name)))
        return
      case 'JSXElement':
        // Code is shown as it is typed.
        if (['code', 'kbd'].includes(String(((node.openingElement as Node).name as Node).name))) return
        break
      case 'JSXExpressionContainer':
        visit(node.expression as Node, shown)
        return
      case 'Literal':
        if (typeof node.value === 'string' && (shown ? hasWord(node.value) && !names.test(node.value) : looksRead(node.value)))
          add(node, node.value)
        return
      case 'TemplateLiteral': {
        const parts = (node.quasis as Node[]).map((quasi) => (quasi.value as { cooked: string }).cooked)
        if (shown ? parts.some(hasWord) : looksRead(parts[0]!)) add(node, parts.join('…'))
        for (const each of node.expressions as Node[]) visit(each, false)
        return
      }
      case 'ConditionalExpression':
        visit(node.test as Node, false)
        visit(node.consequent as Node, shown)
        visit(node.alternate as Node, shown)
        return
      case 'LogicalExpression':
        visit(node.left as Node, shown && node.operator !== '&&')
        visit(node.right as Node, shown)
        return
      case 'Property':
        if (node.computed === true) visit(node.key as Node, false)
        visit(node.value as Node, false)
        return
    }
    const shows = node.type === 'JSXElement' || node.type === 'JSXFragment'
    eachChild(node, (child) => visit(child, shows))
  }
  visit(program, false)
  return found
}

interface Uses {
  /** Texts, or groups of texts, that the file reads: `player.states`. */
  readonly read: string[]
  /** Those that it reads while it is loaded, which is before the language is. */
  readonly early: string[]
}

/** How a source file uses the message files. */
function usesOf(source: string, program: Node): Uses {
  const sections = new Map<string, string>()
  for (const node of program.body as Node[]) {
    if (node.type !== 'ImportDeclaration' || !/messages\/(page|player)\.ts$/.test(String((node.source as Node).value))) continue
    for (const { imported, local } of node.specifiers as { imported: { name: string }; local: { name: string } }[]) {
      sections.set(local.name, imported.name)
    }
  }
  const uses: Uses = { read: [], early: [] }
  const visit = (node: Node, inside: boolean): void => {
    if (node.type === 'ImportDeclaration') return
    const path = pathOf(node)
    const section = path && sections.get(path[0]!)
    if (path && section !== undefined) {
      const text = [section, ...path.slice(1)].join('.')
      uses.read.push(text)
      if (!inside) uses.early.push(`${source.slice(0, node.start).split('\n').length}: ${text}`)
    }
    // The object of a chain was read with it.
    const inFunction = inside || node.type.includes('Function')
    if (path) for (const child of computedOf(node)) visit(child, inFunction)
    else eachChild(node, (child) => visit(child, inFunction))
  }
  visit(program, false)
  return uses
}

/** `a.b.c` as its names; what comes after a computed key is left out. */
function pathOf(node: Node): string[] | undefined {
  if (node.type === 'Identifier') return [String(node.name)]
  if (node.type !== 'MemberExpression') return undefined
  const object = pathOf(node.object as Node)
  if (object === undefined) return undefined
  return node.computed === true || hasComputed(node.object as Node) ? object : [...object, String((node.property as Node).name)]
}

const hasComputed = (node: Node): boolean =>
  node.type === 'MemberExpression' && (node.computed === true || hasComputed(node.object as Node))

const computedOf = (node: Node): Node[] =>
  node.type === 'MemberExpression' ? [...(node.computed === true ? [node.property as Node] : []), ...computedOf(node.object as Node)] : []

/** The texts of a section, by the keys that lead to them. */
function textsOf(texts: unknown, path: string): string[] {
  if (typeof texts !== 'object') return [path]
  return Object.entries(texts as object).flatMap(([key, each]) => textsOf(each, `${path}.${key}`))
}

/** Texts between the tags of a page, and in attributes that are read aloud or shown. */
function bareHtml(source: string): string[] {
  const body = source.slice(source.indexOf('<body>')).replace(/<noscript>.*<\/noscript>|<style>.*?<\/style>/gs, '')
  const shown = [...body.matchAll(/>([^<]*)</g), ...body.matchAll(/ (?:aria-label|title|alt|placeholder)="([^"]*)"/g)]
  return shown.map((match) => match[1]!.trim()).filter((text) => hasWord(text) && !names.test(text))
}

const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
const sources = files.filter((file) => /(?<!\.test|\.d)\.tsx?$/.test(file) && !isMessages(file))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

interface Source extends Uses {
  /** Texts that it does not take from the message files. */
  readonly bare: readonly string[]
}

let known: ReadonlyMap<string, Source> | undefined
/** What is in each source file. A file is parsed once, and again when it, or this check, has changed. */
function examined(): ReadonlyMap<string, Source> {
  if (known !== undefined) return known
  const cache = new SourceCache<Source>('page-texts', import.meta.filename)
  known = new Map(
    sources.map((file) => {
      const source = read(file)
      const found = cache.get(source, () => {
        const program = parse(file, source)
        return { bare: bareTexts(source, program), ...usesOf(source, program) }
      })
      return [`src-renderer/${file}`, found]
    }),
  )
  cache.keep()
  return known
}

describe('the page', () => {
  it('takes every text from the message files', () => {
    expect([...examined()].flatMap(([file, { bare }]) => bare.map((text) => `${file}:${text}`))).toEqual([])
    expect(['index.html', 'watch.html'].flatMap((file) => bareHtml(read(file)))).toEqual([])
  })

  it('reads texts while it draws, when the language is loaded', () => {
    expect([...examined()].flatMap(([file, { early }]) => early.map((use) => `${file}:${use}`))).toEqual([])
  })

  it('uses every text of the message files', async () => {
    const sections = files.filter((file) => /^messages\/en\/\w+\.ts$/.test(file))
    expect(sections.length).toBeGreaterThan(0)
    const used = new Set([...examined().values()].flatMap((each) => each.read))
    for (const [, key] of read('watch.html').matchAll(/ data-(?:text|label|title)="(\w+)"/g)) used.add(`player.${key}`)
    const isUsed = (text: string): boolean => {
      const path = text.split('.')
      return path.some((_, index) => used.has(path.slice(0, index + 1).join('.')))
    }
    const texts = await Promise.all(
      sections.map(async (file) => {
        const exported = (await import(join(root, file))) as Readonly<Record<string, unknown>>
        return Object.entries(exported).flatMap(([section, english]) => textsOf(english, section))
      }),
    )
    const known = new Set(texts.flat())
    expect(texts.flat().filter((text) => !isUsed(text))).toEqual([])
    // TypeScript does not see the keys in watch.html.
    expect(
      [...read('watch.html').matchAll(/ data-(?:text|label|title)="(\w+)"/g)].filter(([, key]) => !known.has(`player.${key}`)),
    ).toEqual([])
  })
})

describe('errors of the host', () => {
  const languages = readdirSync(join(root, 'messages'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'en')
    .map(({ name }) => name)

  it.each(languages)('are those of the catalogue in %s, translated from its present titles', async (language) => {
    const { errors } = (await import(join(root, 'messages', language, 'errors.ts'))) as Pick<Messages, 'errors'>
    const titles = Object.entries(errorKinds).map(([code, { title }]) => [code, title])
    expect(
      Object.entries(errors)
        .map(([code, { english }]) => [code, english])
        .toSorted(),
    ).toEqual(titles.toSorted())
    expect(Object.entries(errors).filter(([, { title, remedy }]) => title === '' || remedy === '')).toEqual([])
  })
})

describe('the check of the page', () => {
  it('finds texts in elements, attributes and strings, not names, keys, classes and code', () => {
    const source = [
      'const label = "Create key"',
      'const one = <p className="Some class" title="play">{busy ? "wait" : t.save}</p>',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text is source code
      'const two = <p>of <code>npm start</code>{`${count} viewers`} kept</p>',
      'if (key === "Enter") throw new Error("Not a text")',
      'const three = <b>AMI Streams</b>',
    ].join('\n')
    expect(bareTexts(source, parse('page.tsx', source))).toEqual([
      '1: Create key',
      '2: play',
      '2: wait',
      '3: of',
      '3: … viewers',
      '3: kept',
    ])
  })

  it('sees which texts are read, and when', () => {
    const source = [
      "import { player as t } from '../messages/player.ts'",
      'const label = t.play',
      'const draw = (state) => [t.states[state].title, t.auto(t.live), other.play]',
    ].join('\n')
    expect(usesOf(source, parse('page.ts', source))).toEqual({
      read: ['player.play', 'player.states', 'player.auto', 'player.live'],
      early: ['2: player.play'],
    })
  })

  it('finds texts of HTML', () => {
    expect(bareHtml('<body><b>AMI Streams</b><i title="Pause">–</i> Play <noscript>Needs it</noscript></body>')).toEqual(['Play', 'Pause'])
  })
})
