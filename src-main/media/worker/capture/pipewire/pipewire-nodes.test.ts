import { describe, expect, test } from 'vitest'
import type { Properties } from '../../native/pipewire.ts'
import { PipeWireNodes } from './pipewire-nodes.ts'

function nodesOf(nodes: Readonly<Record<number, Properties>>, clients: Readonly<Record<number, Properties>> = {}): PipeWireNodes {
  const known = new PipeWireNodes()
  for (const [id, properties] of Object.entries(nodes)) {
    known.take({ kind: 'node', id: Number(id), properties: { 'object.serial': `${Number(id) + 100}`, ...properties } })
  }
  for (const [id, properties] of Object.entries(clients)) known.take({ kind: 'client', id: Number(id), properties })
  return known
}

const speaker = { 'media.class': 'Audio/Sink', 'node.name': 'alsa_output.pci', 'node.description': 'Speakers' }
const yeti = { 'media.class': 'Audio/Source', 'node.name': 'alsa_input.usb-yeti', 'node.description': 'Yeti' }
const array = { 'media.class': 'Audio/Source/Virtual', 'node.name': 'array', 'node.nick': 'Array' }

describe('devices of PipeWire', () => {
  test('are listed by kind, the default first, and found by an id that outlives them', () => {
    const nodes = nodesOf({ 1: speaker, 2: yeti, 3: array })
    nodes.take({ kind: 'default', of: 'default.audio.source', node: 'alsa_input.usb-yeti' })
    expect(nodes.list('microphone').map(({ id, name, details }) => [id, name, details?.default])).toEqual([
      ['alsa_input.usb-yeti', 'Yeti', true],
      ['array', 'Array', false],
    ])
    expect(nodes.find('microphone', 'default')).toMatchObject({ id: 2, serial: '102', title: 'Yeti' })
    nodes.take({ kind: 'gone', id: 2 })
    expect(nodes.find('microphone', 'alsa_input.usb-yeti')).toBeUndefined()
    nodes.take({ kind: 'node', id: 9, properties: { ...yeti, 'object.serial': '900' } })
    expect(nodes.find('microphone', 'alsa_input.usb-yeti')).toMatchObject({ id: 9, serial: '900' })
    nodes.take({ kind: 'lost', problem: '' })
    expect(nodes.list('speaker')).toEqual([])
  })

  test('a speaker that replaces a missing microphone is not a microphone', () => {
    const nodes = nodesOf({ 1: speaker })
    nodes.take({ kind: 'default', of: 'default.audio.source', node: 'alsa_output.pci' })
    expect(nodes.find('microphone', 'default')).toBeUndefined()
  })

  test('without a default camera the first is taken', () => {
    const nodes = nodesOf({ 1: { 'media.class': 'Video/Source', 'node.name': 'v4l2_input.a' } })
    expect(nodes.find('camera', 'default')).toMatchObject({ name: 'v4l2_input.a' })
    expect(nodes.find('speaker', 'default')).toBeUndefined()
  })

  test('a virtual camera of ours is never the default one, and says what it is', () => {
    const ours = { 'media.class': 'Video/Source', 'node.name': 'ami-streams-camera-x', 'application.name': 'AMI Streams' }
    const nodes = nodesOf({ 1: ours })
    nodes.take({ kind: 'default', of: 'default.video.source', node: 'ami-streams-camera-x' })
    expect(nodes.find('camera', 'default')).toBeUndefined()
    expect(nodes.find('camera', 'ami-streams-camera-x')).toMatchObject({ id: 1 })
    expect(nodes.list('camera')).toMatchObject([{ id: 'ami-streams-camera-x', details: { default: false, virtualCamera: true } }])
  })
})

describe('applications of PipeWire', () => {
  const plays = { 'media.class': 'Stream/Output/Audio', 'node.name': 'x', 'client.id': '50' }
  const nodes = nodesOf(
    {
      1: { ...plays, 'application.name': 'Firefox', 'application.process.binary': 'firefox', 'media.name': 'Song' },
      2: { ...plays, 'application.name': 'Firefox', 'application.process.binary': 'firefox' },
      3: { ...plays, 'client.id': '60' },
      4: { ...plays, 'application.name': 'AMI Streams' },
    },
    { 60: { 'application.name': 'mpv Media Player', 'application.process.binary': 'mpv' } },
  )

  test('are distinguished by program and name, however many outputs they have; ourselves are not among them', () => {
    expect(nodes.list('application').map(({ id, details }) => [id, details?.streams])).toEqual([
      ['firefox/Firefox', 2],
      ['mpv/mpv Media Player', 1],
    ])
  })

  test('are found by id, program or name', () => {
    expect(nodes.applicationNodes('firefox/Firefox')).toEqual([1, 2])
    expect(nodes.applicationNodes('FIREFOX')).toEqual([1, 2])
    expect(nodes.applicationNodes('mpv media player')).toEqual([3])
    expect(nodes.applicationNodes('mpv/other')).toEqual([])
  })
})
