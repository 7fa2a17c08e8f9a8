import { type Static, Type } from 'typebox'
import { LimitSettingsSchema } from '../limits/limit-settings.ts'
import { imageFormats } from './images/image-messages.ts'

const closed = { additionalProperties: false }
const Texts = (description: string, maxItems = 200) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { maxItems, default: [], description })
const Seconds = (seconds: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 10 * 365 * 86_400, default: seconds, description })

const ImagesSchema = Type.Object(
  {
    widths: Type.Array(Type.Integer({ minimum: 1, maximum: 8192 }), {
      minItems: 1,
      maxItems: 30,
      description: 'Widths that `?w=` may name, pixels; images are never enlarged',
    }),
    formats: Type.Array(Type.Union(imageFormats.map((each) => Type.Literal(each))), {
      maxItems: 4,
      default: ['avif', 'webp', 'jpeg'],
      description: 'Formats that `?format=` may name; `auto` is AVIF or WebP where the browser accepts it',
    }),
    quality: Type.Integer({ minimum: 1, maximum: 100, default: 75, description: 'Quality of AVIF, WebP and JPEG' }),
  },
  { ...closed, description: 'Images are answered in other sizes and formats' },
)

const RuleSchema = Type.Object(
  {
    path: Type.String({ minLength: 1, maxLength: 1024, description: 'Starts with `/`; ends with `/` for all below it' }),
    cache: Type.Union([Type.Literal('on'), Type.Literal('off')], {
      default: 'on',
      description: '`off` passes requests on with all headers',
    }),
    ttlSeconds: Type.Optional(Seconds(60, 'How long answers are fresh where the origin does not say it')),
    slices: Type.Boolean({ default: false, description: 'Large files are fetched and kept in slices of 1 MiB' }),
    signed: Type.Boolean({ default: false, description: 'URLs need a signature' }),
    methods: Texts('Methods that are allowed; empty: GET and HEAD where the cache is on, all where it is off', 20),
    referers: Texts('Host names of pages that may refer here, `*.` for all below; requests that name no page pass'),
    allowAddresses: Texts('IP addresses and networks that are allowed; all others are denied'),
    denyAddresses: Texts('IP addresses and networks that are denied'),
    allowCountries: Texts('Countries (ISO 3166-1 alpha-2) that are allowed; all others are denied'),
    denyCountries: Texts('Countries that are denied'),
    denyAgents: Texts('Parts of `User-Agent` that are denied'),
    prefetch: Type.Boolean({ default: false, description: 'What players ask for next is fetched before they do' }),
    images: Type.Optional(ImagesSchema),
    challenge: Type.Boolean({
      default: true,
      description: 'Viewers may be asked to prove work during an attack; `false` for what programs fetch',
    }),
  },
  closed,
)

const OriginSchema = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 300, description: '`https://HOST:PORT`' }),
    weight: Type.Integer({ minimum: 1, maximum: 1000, default: 1, description: 'Share of the requests' }),
    backup: Type.Boolean({ default: false, description: 'Asked only while no other is up' }),
  },
  closed,
)

const SiteSchema = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,252}$', description: 'Part of what is kept under: keep it' }),
    hosts: Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
      minItems: 1,
      maxItems: 200,
      description: 'Host names, `*.` for all below',
    }),
    origins: Type.Array(OriginSchema, { minItems: 1, maxItems: 20, description: 'Servers that have its content' }),
    originHost: Type.Optional(
      Type.String({ maxLength: 260, description: 'Host name that origins are asked for; that of the first origin where left out' }),
    ),
    originCaFile: Type.Optional(Type.String({ maxLength: 4096, description: 'PEM file of certificates that the origins are trusted by' })),
    healthPath: Type.Optional(
      Type.String({ pattern: '^/[!-~]*$', maxLength: 1024, description: 'Answered with 2xx or 3xx by an origin that is well' }),
    ),
    ttlSeconds: Seconds(60, 'How long answers are fresh where the origin does not say it'),
    ttlByType: Type.Record(
      Type.String({ pattern: '^[a-z]+/[a-z0-9.+*-]+$' }),
      Seconds(60, 'The same for a media type, `image/*` or `text/html`'),
      {
        default: {},
      },
    ),
    missingSeconds: Seconds(60, 'How long 404 and 410 are kept'),
    languages: Texts('Languages that content is kept in, the first is the default', 50),
    imageFormats: Type.Boolean({ default: false, description: 'Keeps AVIF, WebP and other images apart' }),
    rules: Type.Array(RuleSchema, { maxItems: 200, default: [], description: 'What differs below a path' }),
  },
  closed,
)

/** Other sites of a node, rules for its own, and keys of signed URLs. */
export const EdgeFileSchema = Type.Object(
  {
    rules: Type.Array(RuleSchema, { maxItems: 200, default: [], description: 'Rules for what comes from the origin of the node' }),
    sites: Type.Array(SiteSchema, { maxItems: 200, default: [], description: 'Other origins, by the host names of their sites' }),
    signingKeys: Type.Array(
      Type.Object(
        { id: Type.String({ pattern: '^[\\w-]{1,64}$' }), secret: Type.String({ minLength: 16, maxLength: 500, pattern: '^[!-~]+$' }) },
        closed,
      ),
      { maxItems: 20, default: [], description: 'Secrets of signed URLs; several are valid at once' },
    ),
    limits: Type.Optional(LimitSettingsSchema),
    countryDatabase: Type.Optional(Type.String({ maxLength: 4096, description: 'MaxMind database of countries' })),
    hstsSeconds: Seconds(0, '`Strict-Transport-Security` over TLS; 0 leaves it out'),
  },
  closed,
)
export type EdgeFile = Static<typeof EdgeFileSchema>
