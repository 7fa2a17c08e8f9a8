import { once } from 'node:events'
import { connect } from 'node:net'
import { basename } from 'node:path'
import { expect, inject } from 'vitest'
import { plan, shares } from '../plan.ts'

// Vitest runs this in the process of each file before it loads the file. The process ends behind its last test, and its turn with it.
const name = basename(expect.getState().testPath ?? '', '.e2e.ts')
const turn = connect(inject('turns'))
turn.write(String(shares[plan[name]?.cost ?? 'cpu']))
await once(turn, 'data')
turn.unref()
