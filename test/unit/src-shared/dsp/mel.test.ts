import { describe, expect, it } from 'vitest'
import { applyMel, hertzToMel, melFilterbank, melToHertz, type MelConfig } from '#shared/dsp/mel'

// numpy 2.4.6 in double precision, by the formulas of librosa 0.10's filters.mel; [band, loudest bin, its weight, bins used].
const golden: { config: MelConfig; sum: number; rows: [number, number, number, number][] }[] = [
  {
    config: { sampleRate: 22050, fftSize: 2048, bands: 128 },
    sum: 11.88668128955846,
    rows: [
      [0, 2, 0.03236570642, 4],
      [10, 26, 0.0330609451, 5],
      [64, 187, 0.01727883238, 10],
      [127, 997, 0.003485250552, 53],
    ],
  },
  {
    config: { sampleRate: 44100, fftSize: 1024, bands: 40, lowest: 30, highest: 16000, scale: 'htk', equalArea: false },
    sum: 355.9669943102606,
    rows: [
      [0, 2, 0.9692447358, 3],
      [10, 23, 0.9994981771, 6],
      [20, 68, 0.9961868179, 13],
      [39, 343, 0.9993633795, 55],
    ],
  },
]

describe('mel', () => {
  it.each(golden)('filters agree with librosa at $config.bands bands', ({ config, sum, rows }) => {
    const bank = melFilterbank(config)
    expect(bank.weights.reduce((total, weight) => total + weight, 0)).toBeCloseTo(sum, 3)
    for (const [band, bin, weight, used] of rows) {
      const row = bank.weights.subarray(band * bank.bins, (band + 1) * bank.bins)
      expect(row.indexOf(Math.max(...row))).toBe(bin)
      expect(row[bin]).toBeCloseTo(weight, 6)
      expect(row.filter((value) => value > 0).length).toBe(used)
    }
  })

  // Catches band limits that leave out a bin: a full product is the reference.
  it('applies every weight', () => {
    const bank = melFilterbank({ sampleRate: 22050, fftSize: 512, bands: 64 })
    const values = Float32Array.from({ length: 3 * bank.bins }, (_, i) => (i * 37) % 101)
    const out = applyMel(bank, values)
    for (let frame = 0; frame < 3; frame++) {
      for (let band = 0; band < 64; band++) {
        let sum = 0
        for (let bin = 0; bin < bank.bins; bin++) sum += bank.weights[band * bank.bins + bin]! * values[frame * bank.bins + bin]!
        expect(out[frame * 64 + band]).toBeCloseTo(sum, 4)
      }
    }
  })

  it('converts hertz and mels', () => {
    expect([60, 440, 1000, 8000].map((hertz) => hertzToMel(hertz))).toEqual(
      [0.9, 6.6, 15, 45.24564047].map((mel) => expect.closeTo(mel, 6)),
    )
    expect(hertzToMel(1000, 'htk')).toBeCloseTo(999.98553714, 6)
    for (const scale of ['slaney', 'htk'] as const) {
      for (const hertz of [0, 100, 999, 1000, 1001, 22050]) {
        expect(melToHertz(hertzToMel(hertz, scale), scale)).toBeCloseTo(hertz, 6)
      }
    }
  })

  it.each([{ highest: 12000 }, { lowest: 5000, highest: 4000 }, { lowest: -1 }, { bands: 0 }])('refuses %j', (wrong) => {
    const config = { sampleRate: 22050, fftSize: 512, bands: 64, ...wrong }
    expect(() => melFilterbank(config)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  })
})
