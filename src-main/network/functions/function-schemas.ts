import { type Static, Type } from 'typebox'
import { FunctionLineSchema } from './function-line.ts'

const closed = { additionalProperties: false }
const DateTime = Type.String({ format: 'date-time' })
const Name = Type.String({ pattern: '^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$', maxLength: 64, description: 'Name of the function' })
const variableName = '^[A-Za-z_][A-Za-z0-9_]{0,99}$'

export const FunctionParams = Type.Object({ name: Name })
export const SecretParams = Type.Object({ name: Name, key: Type.String({ pattern: variableName }) })
export const SecretBody = Type.Object({ value: Type.String({ minLength: 1, maxLength: 8192 }) }, closed)

const deployed = {
  main: Type.String({ maxLength: 200, default: 'main.ts', description: 'File with `export default { fetch(request, env) { … } }`' }),
  files: Type.Record(
    Type.String({ pattern: '^[A-Za-z0-9_][\\w./-]{0,190}\\.(?:ts|js|mjs|wasm)$' }),
    Type.String({ maxLength: 1024 * 1024 }),
    {
      minProperties: 1,
      maxProperties: 50,
      description: 'Contents by name: TypeScript and JavaScript as text, WebAssembly in base64; 1 MiB altogether',
    },
  ),
  fetchHosts: Type.Array(Type.String({ minLength: 1, maxLength: 260 }), {
    maxItems: 50,
    default: [],
    description:
      'Hosts that it may fetch besides the site itself: names, `*.` for all below, IP addresses, networks; those of private networks by IP address alone',
  }),
  variables: Type.Record(Type.String({ pattern: variableName }), Type.String({ maxLength: 8192 }), {
    maxProperties: 100,
    default: {},
    description: 'Part of `env`',
  }),
}

export const DeploySchema = Type.Object(
  {
    ...deployed,
    routes: Type.Array(Type.String({ maxLength: 600 }), {
      minItems: 1,
      maxItems: 20,
      description: 'Where it answers: `/path`, `/path/*` for all below it, `HOST/path/*` for one host name',
    }),
  },
  closed,
)
export type Deploy = Static<typeof DeploySchema>

export const TrySchema = Type.Object(
  {
    ...deployed,
    secretsOf: Type.Optional(Type.String({ maxLength: 64, description: 'A deployed function whose secrets it gets' })),
    request: Type.Object(
      {
        method: Type.String({ pattern: '^[A-Z]{3,10}$', default: 'GET' }),
        url: Type.String({ minLength: 1, maxLength: 8192, description: '`https://HOST/PATH`' }),
        headers: Type.Record(Type.String({ pattern: '^[A-Za-z0-9-]{1,100}$' }), Type.String({ maxLength: 8192 }), {
          default: {},
          maxProperties: 100,
        }),
        body: Type.Optional(Type.String({ maxLength: 1024 * 1024 })),
      },
      closed,
    ),
  },
  closed,
)
export type Try = Static<typeof TrySchema>

const FaultSchema = Type.Object({
  file: Type.String(),
  line: Type.Integer({ description: 'From 1; 0 where it is not known' }),
  column: Type.Integer(),
  message: Type.String(),
})

export const TriedSchema = Type.Object({
  answer: Type.Union([
    Type.Object({
      status: Type.Integer(),
      headers: Type.Array(Type.Array(Type.String(), { minItems: 2, maxItems: 2 })),
      body: Type.String({ description: 'As text, the first 64 KiB' }),
    }),
    Type.Null(),
  ]),
  fault: Type.Union([Type.Null(), Type.String()], { description: 'Why there is no answer' }),
  faults: Type.Array(FaultSchema, { description: 'Mistakes in files' }),
  lines: Type.Array(FunctionLineSchema),
  ms: Type.Number({ description: 'With the time that it waited for what it fetched' }),
})

const AtNodeSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  state: Type.Union([Type.Literal('done'), Type.Literal('waiting'), Type.Literal('away'), Type.Literal('failed')], {
    description: 'Nodes that are away get it when they are back',
  }),
  reason: Type.Union([Type.String(), Type.Null()], { description: 'Why it failed' }),
})

export const FunctionSchema = Type.Object({
  name: Type.String(),
  version: Type.Integer({ description: 'The one that nodes have' }),
  deployedAt: DateTime,
  routes: Type.Array(Type.String()),
  fetchHosts: Type.Array(Type.String()),
  variables: Type.Record(Type.String(), Type.String()),
  secrets: Type.Array(Type.String(), { description: 'Names; their values are not shown' }),
  nodes: Type.Array(AtNodeSchema),
})
export type ShownFunction = Static<typeof FunctionSchema>

export const WholeFunctionSchema = Type.Object({
  ...FunctionSchema.properties,
  main: Type.String(),
  files: Type.Record(Type.String(), Type.String()),
  versions: Type.Array(Type.Object({ version: Type.Integer(), deployedAt: DateTime, deployedBy: Type.String() }), {
    description: 'Those that are kept, newest first',
  }),
})
export type WholeFunction = Static<typeof WholeFunctionSchema>

export const RollbackSchema = Type.Object(
  { version: Type.Optional(Type.Integer({ minimum: 1, description: 'The one before the present one where left out' })) },
  closed,
)
