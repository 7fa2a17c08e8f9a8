import { expect, test } from 'vitest'
import { readDrop } from './dropping.ts'

const drop = (texts: Readonly<Record<string, string>>, files = 0) =>
  readDrop({ getData: (type) => texts[type] ?? '', files: { length: files } }, 'Text')

test.each([
  ['a link to a film', { 'text/uri-list': 'https://a.example/x/My%20film.mp4?token=1' }, 'media', 'My film.mp4'],
  ['a link to a page', { 'text/uri-list': '# from a tab\r\nhttps://chat.example/overlay' }, 'browser', 'chat.example'],
  ['a link as text', { 'text/plain': ' http://chat.example ' }, 'browser', 'chat.example'],
  ['a text', { 'text/plain': 'Hello, https://a.example is nice' }, 'text', 'Text'],
  ['a link that is none', { 'text/plain': 'https://[' }, 'text', 'Text'],
])('makes a source of %s', (_, texts, kind, name) => {
  expect(drop(texts)).toMatchObject({ source: { kind, name } })
})

test('leaves files to be sent to the host, and rejects nothing', () => {
  expect(drop({}, 1)).toEqual({ files: true })
  // An image that is dragged out of a page comes with its link.
  expect(drop({ 'text/uri-list': 'https://a.example/cat.png' }, 1)).toEqual({ files: true })
  expect(drop({ 'text/plain': '  ' })).toEqual({ nothing: true })
})
