import type { Answer, HasRoute } from '../../api/index.ts'
import { type ApiClient, type ClientOptions, findHost } from '../../platform/api-client.ts'

/** Nothing where there is such a route; a URL without one is a type error that says so. */
type OfRoute<M extends 'GET' | Changing, Path extends string> =
  HasRoute<M, Path> extends false ? [noRoute: `The API has no ${M} ${Path}`] : []

type Changing = Parameters<ApiClient['send']>[0]

/** The API as its description says what it answers. Bodies come from flags and files of users: the host checks them, and says what is wrong. */
export interface TypedClient extends Omit<ApiClient, 'get' | 'send'> {
  get<const Path extends string>(path: Path, ...noRoute: OfRoute<'GET', Path>): Promise<Answer<'GET', Path>>
  send<const M extends Changing, const Path extends string>(
    method: M,
    path: Path,
    ...[body]: [...OfRoute<M, Path>, body?: object]
  ): Promise<Answer<M, Path>>
}

/** Finds the host by its URL, else through the data folder. Throws `host.not_running`. */
export const findTypedHost = (options: ClientOptions): TypedClient => findHost(options) as TypedClient
