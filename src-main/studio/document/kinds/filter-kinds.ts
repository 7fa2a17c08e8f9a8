import { type TObject, Type } from 'typebox'
import { referenceText } from '../references/reference-text.ts'

/** What users may know of a kind of video filter: pure description. */
export interface FilterKind {
  /** For ever the same word. */
  readonly kind: string
  readonly title: string
  /** Every property has a default: `{}` is valid. */
  readonly settings: TObject
}

const exactly = { additionalProperties: false }
const share = (value: number, description: string) => Type.Number({ minimum: 0, maximum: 1, default: value, description })
const color = (value: string, description: string) =>
  Type.String({ pattern: '^#[0-9a-fA-F]{6}$', default: value, description: `#rrggbb: ${description}` })
const pixels = (description: string) => Type.Integer({ minimum: 0, maximum: 16384, default: 0, description: `pixels: ${description}` })
const light = (description: string) =>
  Type.Union([Type.Literal('video'), Type.Literal('linear')], {
    default: 'video',
    description: `${description}: of the values of video, or of the light that they are for, as in OBS Studio`,
  })
const edges = Type.Union([Type.Literal('straight'), Type.Literal('smooth')], {
  default: 'straight',
  description: 'how the edge between transparent and opaque rises: evenly, or as in OBS Studio, where it starts flat',
})
const perSecond = (description: string) =>
  Type.Number({ minimum: -4000, maximum: 4000, default: 0, description: `pixels a second: ${description}` })

/** Settings of a filter that follows the light by itself. */
const following = (what: string, limit: string, more: object = {}) => ({
  follow: Type.Boolean({ default: false, description: what }),
  followLimit: Type.Number({ minimum: 0.01, maximum: 1, default: 0.3, description: limit, ...more }),
})

/** Every kind of video filter. */
export const filterKinds: readonly FilterKind[] = [
  {
    kind: 'chroma-key',
    title: 'Chroma key',
    settings: Type.Object(
      {
        color: color('#00ff00', 'what becomes transparent'),
        similarity: share(0.4, 'how far from the colour all is transparent'),
        smoothness: share(0.08, 'width of the edge between transparent and opaque'),
        spill: share(0.1, "how much of the colour's reflection on what stays is taken away"),
        edges,
        ...following(
          'colour, similarity and smoothness follow the light: read from the image twice a second, from what is set on',
          'how far the colour and the similarity may go from what is set',
          { when: { follow: ['true'] } },
        ),
      },
      exactly,
    ),
  },
  {
    kind: 'color-key',
    title: 'Colour key',
    settings: Type.Object(
      {
        color: color('#00ff00', 'what becomes transparent'),
        similarity: share(0.08, 'how far from the colour all is transparent; from black to white it is 1.73'),
        smoothness: share(0.05, 'width of the edge between transparent and opaque'),
      },
      exactly,
    ),
  },
  {
    kind: 'luma-key',
    title: 'Luma key',
    settings: Type.Object(
      {
        light: light('What is called dark and light'),
        edges,
        low: share(0.1, 'darker than this is transparent'),
        lowSmooth: share(0.05, 'width of that edge'),
        high: share(1, 'lighter than this is transparent'),
        highSmooth: share(0, 'width of that edge'),
      },
      exactly,
    ),
  },
  {
    kind: 'color-correction',
    title: 'Colour correction',
    settings: Type.Object(
      {
        light: light('What is corrected'),
        brightness: Type.Number({ minimum: -1, maximum: 1, default: 0 }),
        contrast: Type.Number({
          minimum: -1,
          maximum: 4,
          default: 0,
          description: '0 leaves it; -1 is grey, in linear light black',
        }),
        gamma: Type.Number({ minimum: 0.1, maximum: 10, default: 1 }),
        saturation: Type.Number({ minimum: 0, maximum: 5, default: 1 }),
        hueDegrees: Type.Number({ minimum: -180, maximum: 180, default: 0 }),
        multiply: color('#ffffff', 'what the image is multiplied with'),
        add: color('#000000', 'what is added to it then'),
        opacity: share(1, 'of the whole image'),
        ...following(
          'automatic white balance: what is nearly grey in the image becomes grey, instead of `multiply`',
          'how much of a colour it may take away, and how far the saturation may go from what is set',
        ),
        followSaturation: Type.Boolean({
          default: false,
          description: 'automatic saturation: pale colours become stronger and gaudy ones weaker, instead of `saturation`',
        }),
      },
      exactly,
    ),
  },
  {
    kind: 'lut',
    title: 'Colour table',
    settings: Type.Object(
      {
        file: referenceText('path', { maxLength: 4096, default: '', description: 'three-dimensional table in the Cube format' }),
        amount: share(1, 'how much of it'),
      },
      exactly,
    ),
  },
  { kind: 'sharpen', title: 'Sharpen', settings: Type.Object({ amount: share(0.3, 'how much') }, exactly) },
  {
    kind: 'blur',
    title: 'Blur',
    settings: Type.Object({ radius: Type.Number({ minimum: 0, maximum: 200, default: 8, description: 'pixels' }) }, exactly),
  },
  {
    kind: 'crop',
    title: 'Crop',
    settings: Type.Object(
      { left: pixels('cut off at the left'), top: pixels('at the top'), right: pixels('at the right'), bottom: pixels('at the bottom') },
      exactly,
    ),
  },
  {
    kind: 'mask',
    title: 'Mask',
    settings: Type.Object(
      {
        source: Type.String({
          maxLength: 64,
          default: '',
          description: 'id of the source whose video is the mask, stretched over this one',
        }),
        by: Type.Union([Type.Literal('alpha'), Type.Literal('luma')], { default: 'luma' }),
        light: light('What luma is'),
        invert: Type.Boolean({ default: false }),
      },
      exactly,
    ),
  },
  {
    kind: 'scroll',
    title: 'Scroll',
    settings: Type.Object({ x: perSecond('to the left'), y: perSecond('upwards') }, exactly),
  },
  {
    kind: 'delay',
    title: 'Delay',
    settings: Type.Object({ delayMs: Type.Integer({ minimum: 0, maximum: 500, default: 0, description: 'later than it came' }) }, exactly),
  },
]
