import { Type } from 'typebox'
import { AppError } from '../../../platform/errors.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { readOriginUrl } from '../../agent/joining/origin-connection.ts'
import type { CloudMachines } from './cloud-machines.ts'
import { OffersSchema } from './provider.ts'
import type { ProviderBook } from './provider-book.ts'
import {
  CloudMachineParams,
  CloudMachineSchema,
  CloudMachinesSchema,
  DestroySchema,
  MachineOrderSchema,
  ProviderNameParams,
  ProviderSchema,
  ProviderSettingsSchema,
  ProvidersSchema,
  type ShownProvider,
  tag,
  UnknownMachineSchema,
} from './provider-schemas.ts'
import type { StoredProvider } from './provider-store.ts'

/** Providers of machines: who changes them spends money and runs programs of this host's user. Admins alone. */
export function providerRoutes(
  providers: ProviderBook,
  machines: CloudMachines,
  isUsed: (provider: string) => boolean,
): readonly RouteDefinition[] {
  const shown = (settings: StoredProvider): ShownProvider => ({
    ...{ name: settings.name, kind: settings.kind, maxMachines: settings.maxMachines, maxPerHour: settings.maxPerHour },
    program: settings.kind === 'command' ? settings.program : null,
    url: settings.kind === 'hetzner' ? (settings.url ?? null) : null,
    ...machines.at(settings.name),
  })
  return [
    defineRoute({
      method: 'GET',
      path: '/network/providers',
      tag,
      summary: 'Providers of machines that were set up, and programs of this host that can be one',
      role: 'admin',
      responses: { 200: ProvidersSchema },
      handler: async () => ({ body: { items: providers.list().map(shown), programs: [...(await providers.programs())] } }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/network/providers/:name',
      tag,
      summary: 'Sets a provider of machines up or changes it; it is asked for its offers first',
      role: 'admin',
      params: ProviderNameParams,
      body: ProviderSettingsSchema,
      responses: { 200: ProviderSchema },
      handler: async ({ params, body, principal }) => ({
        body: shown(await providers.set(params.name, body, principal.id, () => machines.knownAt(params.name))),
      }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/network/providers/:name',
      tag,
      summary: 'Deletes a provider with its token, once it has no machines of this host',
      role: 'admin',
      params: ProviderNameParams,
      responses: { 204: Type.Null() },
      handler: async ({ params: { name }, principal }) => {
        const there = machines.at(name).machines
        if (there > 0) throw new AppError('network.provider_in_use', `This host has ${there} machines at "${name}"`)
        if (isUsed(name)) throw new AppError('network.provider_in_use', `Scaling orders machines at "${name}"`)
        await providers.remove(name, principal.id)
        return { status: 204, body: undefined }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/network/providers/:name/offers',
      tag,
      summary: 'Regions, sizes and prices of a provider, as they are now',
      role: 'admin',
      params: ProviderNameParams,
      responses: { 200: OffersSchema },
      handler: async ({ params }) => ({ body: await providers.offers(params.name, true) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/cloud-machines',
      tag,
      summary: 'Machines that this host has ordered at providers, and those with its label that it does not know',
      role: 'admin',
      responses: { 200: CloudMachinesSchema },
      handler: () => ({ body: { items: [...machines.list()], unknown: [...machines.unknown] } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/network/cloud-machines',
      tag,
      summary: 'Orders a machine, which becomes a node at its first boot; it costs money from then on',
      role: 'admin',
      idempotent: true,
      body: MachineOrderSchema,
      responses: { 202: CloudMachineSchema },
      handler: async ({ body, principal, signInBaseUrl }) => ({
        status: 202,
        body: await machines.order(body, readOriginUrl(body.origin ?? signInBaseUrl).origin, 'operator', principal.id),
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/network/cloud-machines/:id/destroy',
      tag,
      summary: 'Has players of a machine move, destroys it at its provider and revokes its node; removes one that has ended from the list',
      role: 'admin',
      params: CloudMachineParams,
      body: DestroySchema,
      responses: { 202: CloudMachineSchema },
      handler: async ({ params, body, principal }) => ({
        status: 202,
        body: body.unlist ? await machines.unlist(params.id, principal.id) : await machines.destroy(params.id, body.drainS, principal.id),
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/network/cloud-machines/compare',
      tag,
      summary: 'Compares the machines at all providers with those that this host knows',
      role: 'admin',
      responses: { 200: CloudMachinesSchema },
      handler: async () => {
        await machines.compare()
        return { body: { items: [...machines.list()], unknown: [...machines.unknown] } }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/network/cloud-machines/destroy-unknown',
      tag,
      summary: 'Destroys a machine with the label of this host that it does not know',
      role: 'admin',
      body: UnknownMachineSchema,
      responses: { 204: Type.Null() },
      handler: async ({ body, principal }) => {
        await machines.destroyUnknown(body.provider, body.providerId, principal.id)
        return { status: 204, body: undefined }
      },
    }),
  ]
}
