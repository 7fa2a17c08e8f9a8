/** The word check: reads the glossary of CONTRIBUTING.md, and finds its words in what people read: prose, strings, names of tests, comments. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'rolldown/utils'
import { commentsOf, hasComments, isScript } from './comments.mjs'

const heading = '## Glossary'

/**
 * Rows of the glossary's table: `instead of`, `write`, `right in`, each a list with commas.
 * @returns {{ pattern: RegExp, write: string }[]}
 */
export function readGlossary(contributing) {
  const section = contributing.split(`\n${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
  if (rows.length === 0) throw new Error(`CONTRIBUTING.md has no table under "${heading}"`)
  return rows.map(([, insteadOf, write, rightIn]) => ({
    pattern: new RegExp(
      // A phrase that may contain the word is matched first, so that the word inside is skipped.
      `${rightIn === '' ? '' : `${anyOf(rightIn)}|`}(?<![\\w/.$#{-])(${anyOf(insteadOf)})(?![\\w-]|[./]\\w)`,
      'gi',
    ),
    write,
  }))
}

const anyOf = (list) =>
  `(?:${list
    .split(',')
    .map((phrase) =>
      phrase
        .trim()
        .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        .replaceAll(' ', '\\s+'),
    )
    .join('|')})`

/** Words of the glossary in `texts` (`{ line, text }`), as `{ line, word, write }`; code in backticks is skipped. */
export function findWords(glossary, texts) {
  return texts.flatMap(({ line, text }) =>
    glossary.flatMap(({ pattern, write }) =>
      [...text.replace(/`[^`\n]*`/g, '``').matchAll(pattern)]
        .filter((match) => match[1] !== undefined)
        .map((match) => ({ line: line + text.slice(0, match.index).split('\n').length - 1, word: match[1].replace(/\s+/g, ' '), write })),
    ),
  )
}

/** Lines of Markdown without blocks of code, targets of links, comments and the glossary itself. */
export function proseOf(markdown) {
  let fenced = false
  let glossary = false
  return markdown.split('\n').flatMap((text, index) => {
    if (text.startsWith('#')) glossary = text === heading
    if (/^\s*(```|~~~)/.test(text)) {
      fenced = !fenced
      return []
    }
    if (fenced || glossary) return []
    return [
      {
        line: index + 1,
        text: text
          .replace(/`[^`]*`/g, '``')
          .replace(/\]\([^)]*\)/g, ']')
          .replace(/<!--.*?-->|https?:\S+/g, ''),
      },
    ]
  })
}

/** Text for a database, in which columns keep the names that they have. */
const sql = /^\s*(ALTER|BEGIN|CREATE|DELETE|DROP|INSERT|PRAGMA|SELECT|UPDATE)\b/

/** Attributes whose text nobody reads. */
const machineAttributes = new Set(['className', 'id', 'htmlFor', 'name', 'type', 'href', 'src', 'data-kind'])

/**
 * What people read in a source file: strings of more than one word, words with a capital letter, text of JSX;
 * of a test only the names of its tests.
 */
export function stringsOf(file, source) {
  const { program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`)
  const test = /\.(test|e2e)\.tsx?$/.test(file)
  // A message is read also where it is one word in small letters.
  const single = test || englishMessages.test(file)
  const found = []
  const lineAt = (offset) => source.slice(0, offset).split('\n').length
  const visit = (node, read) => {
    if (Array.isArray(node)) {
      for (const one of node) visit(one, read)
      return
    }
    if (typeof node !== 'object' || node === null || typeof node.type !== 'string') return
    if (/^(Import|Export(All|Named))Declaration$/.test(node.type) && node.source) return
    if (node.type === 'Property' && !node.computed) return visit(node.value, read)
    if (node.type === 'JSXAttribute' && machineAttributes.has(node.name.name)) return
    const text = textOf(node, single)
    if (read && text !== null && !sql.test(text)) found.push({ line: lineAt(node.start), text })
    if (test && node.type === 'CallExpression' && /^(it|test|describe)\b/.test(source.slice(node.callee.start, node.callee.end))) {
      visit(node.arguments[0], true)
      visit(node.arguments.slice(1), false)
      return
    }
    for (const child of Object.values(node)) visit(child, read)
  }
  visit(program, !test)
  return found
}

/** A single word in small letters is a name, except as the name of a test. */
function textOf(node, single) {
  if (node.type === 'JSXText') return node.value
  if (node.type === 'TemplateElement') return node.value.cooked ?? ''
  if (node.type === 'Literal' && typeof node.value === 'string' && (single || /\s|^[A-Z][a-z]+$/.test(node.value))) return node.value
  return null
}

const englishMessages = /(^|\/)messages\/en\//
const otherMessages = /(^|\/)messages\/(?!en\/)[a-z]{2,3}\//

/** Strings of tests' helpers are read by nobody but programs. */
const helpers = /(^|\/)(helpers|testing|fuzz)\//

/** What is checked of a file. */
function textsOf(file, source) {
  if (file.endsWith('.md')) return proseOf(source)
  const comments = hasComments(file) ? commentsOf(file, source) : []
  return isScript(file) && !helpers.test(file) && !otherMessages.test(file) ? [...stringsOf(file, source), ...comments] : comments
}

/** All findings of a checked-out repository, as lines to print. */
export function checkWords(root) {
  const glossary = readGlossary(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'))
  const { stdout } = spawnSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
  return stdout
    .trim()
    .split('\n')
    .filter((file) => (file.endsWith('.md') || hasComments(file)) && !/(^|\/)fixtures\//.test(file))
    .flatMap((file) => {
      const texts = textsOf(file, readFileSync(join(root, file), 'utf8'))
      return findWords(glossary, texts).map(({ line, word, write }) => `${file}:${line} "${word}": write ${write}`)
    })
}

if (process.argv[1] === import.meta.filename) {
  const found = checkWords(join(import.meta.dirname, '..'))
  for (const line of found) console.log(line)
  if (found.length > 0) {
    console.log(`${found.length} words that the glossary of CONTRIBUTING.md replaces`)
    process.exitCode = 1
  }
}
