import { beforeEach, describe, expect, it } from 'vitest'
import { ControlTurn } from './control-turn.ts'

let nowMs = 0
let turn: ControlTurn
const settle = (present: Readonly<Record<string, boolean>>) => turn.settle(new Map(Object.entries(present)))

beforeEach(() => {
  nowMs = 0
  turn = new ControlTurn(() => nowMs)
})

describe('who controls a display', () => {
  it('is the first who may, and stays it', () => {
    settle({ guest: false })
    expect(turn.holder).toBeUndefined()
    settle({ guest: false, ann: true })
    expect(turn.holder).toBe('ann')
    settle({ guest: false, ann: true, admin: true })
    expect(turn.holder).toBe('ann')
  })

  it('changes where it is given, and where the one may not any more', () => {
    settle({ ann: true, bob: true })
    turn.ask('bob')
    settle({ ann: true, bob: true })
    expect([turn.holder, turn.asks('bob')]).toEqual(['ann', true])
    turn.give('bob')
    expect([turn.holder, turn.asks('bob')]).toEqual(['bob', false])
    settle({ ann: true, bob: false })
    expect(turn.holder).toBe('ann')
  })

  it('is whoever asks once it was given up, and nobody before', () => {
    settle({ ann: true, bob: true })
    turn.release('bob')
    expect(turn.holder).toBe('ann')
    turn.release('ann')
    settle({ ann: true, bob: true })
    expect(turn.holder).toBeUndefined()
    turn.ask('bob')
    settle({ ann: true, bob: true })
    expect(turn.holder).toBe('bob')
  })

  it('has five seconds to come back', () => {
    settle({ ann: true, bob: true })
    settle({ bob: true })
    nowMs = 4999
    settle({ bob: true })
    expect(turn.holder).toBe('ann')
    settle({ ann: true, bob: true })
    nowMs = 9000
    settle({ bob: true })
    nowMs = 14_000
    settle({ bob: true })
    expect(turn.holder).toBe('bob')
    settle({})
    settle({ ann: true })
    expect(turn.holder).toBe('ann')
  })

  it('is asked by people who are there, for a minute', () => {
    settle({ ann: true, bob: true })
    turn.ask('bob')
    settle({ ann: true })
    expect(turn.asks('bob')).toBe(false)
    turn.ask('bob')
    nowMs = 60_000
    settle({ ann: true, bob: true })
    expect(turn.asks('bob')).toBe(false)
    turn.ask('ann')
    expect(turn.asks('ann')).toBe(false)
  })
})
