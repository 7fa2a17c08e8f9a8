import { expect, it } from 'vitest'
import { AppError } from '../../../platform/errors.ts'
import { fleetRoutes } from './fleet-routes.ts'

it('a node makes one new key at a time, and none during a rollout', async () => {
  const done: string[] = []
  let made = Promise.withResolvers<string>()
  let isRunning = false
  const connection = { renewKey: () => made.promise, acceptKey: () => void done.push('accepted') }
  const routes = fleetRoutes({
    nodes: {
      ...{ find: () => ({ id: 'node-1' }), nameOf: () => 'north', connectionOf: () => connection },
      setNextKey: async (_id: string, key: string) => void done.push(key),
    } as never,
    groups: {} as never,
    rollouts: {
      assertIdle: () => {
        if (isRunning) throw new AppError('network.rollout_running')
      },
    } as never,
    inspector: {} as never,
  })
  const route = routes.find(({ path }) => path === '/network/nodes/:id/key')
  const ask = async () => route?.handler({ params: { id: 'node-1' }, principal: { id: 'admin' } } as never)
  const first = ask()
  await expect(ask()).rejects.toMatchObject({ code: 'network.machine_busy' })
  made.resolve('key 1')
  await first
  expect(done).toEqual(['key 1', 'accepted'])
  made = Promise.withResolvers()
  made.reject(new AppError('network.node_away'))
  await expect(ask()).rejects.toMatchObject({ code: 'network.node_away' })
  isRunning = true
  await expect(ask()).rejects.toMatchObject({ code: 'network.rollout_running' })
  expect(done).toHaveLength(2)
})
