#!/usr/bin/env node
// Checks a live manifest and its segments against the MPD schema (xmllint) and DASH-IF's ISO segment validator.
// Neither is part of this repository; docs/playback.md says where they come from. Ends with 1 if there is an error.
//
//   node scripts/dash-conformance.mjs --mpd http://127.0.0.1:8080/live/NAME/manifest.mpd \
//     --schema FOLDER/DASH-MPD.xsd --validator FOLDER/ValidateMP4.exe [--segments 5 | all]
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    mpd: { type: 'string' },
    schema: { type: 'string' },
    validator: { type: 'string' },
    segments: { type: 'string', default: '5' },
    keep: { type: 'boolean', default: false },
  },
})
if (!values.mpd || (!values.schema && !values.validator)) {
  console.error('usage: dash-conformance.mjs --mpd URL [--schema DASH-MPD.xsd] [--validator ValidateMP4.exe] [--segments 5 | all] [--keep]')
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'dash-conformance-'))
let errors = 0

async function get(url) {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`)
  return Buffer.from(await answer.arrayBuffer())
}

/** The attributes of a start tag. */
const attributes = (tag) => Object.fromEntries([...tag.matchAll(/([\w:]+)="([^"]*)"/g)].map((match) => [match[1], match[2]]))

function checkSchema(file) {
  // The schema imports xlink.xsd by its URL: a copy beside it is used instead.
  const copy = join(folder, 'schema')
  cpSync(dirname(resolve(values.schema)), copy, { recursive: true })
  const schema = join(copy, basename(values.schema))
  writeFileSync(schema, readFileSync(schema, 'utf8').replace('http://www.w3.org/XML/2008/06/xlink.xsd', 'xlink.xsd'))
  const run = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, file], { encoding: 'utf8' })
  if (run.error) throw new Error('xmllint is missing: apt-get install libxml2-utils')
  const lines = run.stderr.split('\n').filter((line) => line.includes('error'))
  for (const line of lines) console.log(`schema: ${line}`)
  if (run.status !== 0 && lines.length === 0) console.log(`schema: ${run.stderr}`)
  if (run.status !== 0) errors++
  else console.log('schema: no error')
}

async function checkRepresentation(set, representation, template, timeline, { base, minBufferTime, period, isLast }) {
  const { bandwidth } = representation
  const id = isLast ? representation.id : `${period}-${representation.id}`
  const work = join(folder, id)
  mkdirSync(work, { recursive: true })
  const entries = []
  let time = 0
  for (const match of timeline.matchAll(/<S ([^>]*)\/>/g)) {
    const { t, d, r = '0' } = attributes(match[1])
    if (t !== undefined) time = Number(t)
    for (let left = Number(r); left >= 0; left--, time += Number(d)) entries.push(time)
  }
  // the last one of a period that goes on may still grow
  const complete = isLast ? entries.length - 1 : entries.length
  const count = Math.min(values.segments === 'all' ? Number.POSITIVE_INFINITY : Number(values.segments), complete)
  const first = Number(template.startNumber) + complete - count
  if (count <= 0) return
  const pieces = [await get(new URL(template.initialization, base))]
  for (let number = first; number < first + count; number++) {
    pieces.push(await get(new URL(template.media.replace('$Number$', String(number)), base)))
  }
  const file = join(work, `${id}.mp4`)
  writeFileSync(file, Buffer.concat(pieces))
  writeFileSync(join(work, 'info.txt'), pieces.map((piece, index) => `${index === 0 ? 0 : 1} ${piece.length}\n`).join(''))
  const args = [file, '-infofile', join(work, 'info.txt'), '-segal', '-isolive', '-cmaf', '-dynamic', '-bandwidth', bandwidth]
  args.push('-minbuffertime', String(minBufferTime), '-logconsole')
  if (representation.width) args.push('-width', representation.width, '-height', representation.height)
  if (set.startWithSAP) args.push('-startwithsap', set.startWithSAP)
  const run = spawnSync(resolve(values.validator), args, { cwd: work, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  // It writes what it found beside the file, one line for every box: each kind is reported once.
  const said = ['stderr.txt', 'stdout.txt'].map((name) => (existsSync(join(work, name)) ? readFileSync(join(work, name), 'latin1') : ''))
  const found = new Set()
  let unread = ''
  for (const line of [run.stdout, run.stderr, ...said].join('\n').split('\n')) {
    const codecs = set.codecs ?? representation.codecs ?? ''
    // It knows a list of codecs, without AV1, Opus and FLAC; the rest of their files it checks like any other.
    if (/sdType must be/.test(line) && /^(av01|opus|flac)/i.test(codecs)) unread = 'the validator does not know the codec'
    // It finds the same three faults in the parameter sets of x265 where FFmpeg has written them.
    else if (/HEVC NAL Unit didn't use|NAL_Unit_HEVC: Trailing zero/.test(line) && /^h[ve][cv]1/.test(codecs))
      unread = "the validator cannot read x265's parameter sets"
    else if (/### error|^\s*error/i.test(line)) found.add(line.replace(/^.*### error:[^#]*###/, '').trim())
  }
  if (said.join('') === '') found.add('the validator wrote nothing')
  for (const line of found) console.log(`${id}: ${line.trim()}`)
  if (run.status !== 0 && found.size === 0 && unread === '') found.add(`ended with ${run.signal ?? run.status}`)
  console.log(
    `${id}: ${pieces.length - 1} segments, ${found.size === 0 ? 'no error' : `${found.size} kinds of error`}${unread === '' ? '' : `; ${unread}`}`,
  )
  errors += found.size
}

try {
  const text = (await get(values.mpd)).toString()
  const file = join(folder, 'manifest.mpd')
  writeFileSync(file, text)
  if (values.schema) checkSchema(file)
  if (values.validator) {
    const minBufferTime = Number(/minBufferTime="PT([\d.]+)S"/.exec(text)?.[1] ?? 1)
    const periods = [...text.matchAll(/<Period ([^>]*)>([\s\S]*?)<\/Period>/g)]
    for (const [index, [, periodTag, content]] of periods.entries()) {
      const period = attributes(periodTag).id ?? String(index)
      const where = { base: values.mpd, minBufferTime, period, isLast: index === periods.length - 1 }
      for (const [, setTag, inside] of content.matchAll(/<AdaptationSet ([^>]*)>([\s\S]*?)<\/AdaptationSet>/g)) {
        for (const [, tag, body] of inside.matchAll(/<Representation ([^>]*)>([\s\S]*?)<\/Representation>/g)) {
          const template = attributes(/<SegmentTemplate ([^>]*)>/.exec(body)?.[1] ?? '')
          await checkRepresentation(attributes(setTag), attributes(tag), template, body, where)
        }
      }
    }
  }
} finally {
  if (values.keep) console.log(`kept in ${folder}`)
  else rmSync(folder, { recursive: true, force: true })
}
process.exit(errors === 0 ? 0 : 1)
