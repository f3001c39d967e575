import { describe, expect, it } from 'vitest'
import { colourMap } from '#renderer/timeline/colourMaps'
import { css, mix, parseHex, pixel, readPalette } from '#renderer/timeline/palette'
import { coloursAsPixels, decibelsOfByte, spectrogramColours } from '#renderer/timeline/spectrogramColours'

const at = (table: Uint8Array, value: number) => [...table.subarray(4 * value, 4 * value + 4)]

describe('colour maps', () => {
  it('have exact values at their stops and between', () => {
    const magma = colourMap('magma')
    expect(at(magma, 0)).toEqual([0, 0, 4, 255])
    expect(at(magma, 85)).toEqual([0x72, 0x1f, 0x81, 255])
    expect(at(magma, 255)).toEqual([0xfc, 0xfd, 0xbf, 255])
    expect(at(colourMap('viridis'), 0)).toEqual([0x44, 0x01, 0x54, 255])
    expect(at(colourMap('viridis'), 255)).toEqual([0xfd, 0xe7, 0x25, 255])
    const grey = colourMap('grey')
    for (const value of [0, 1, 100, 254, 255]) expect(at(grey, value)).toEqual([value, value, value, 255])
  })

  it('grow brighter from quiet to loud, so that they are read without colour', () => {
    for (const name of ['magma', 'viridis', 'grey'] as const) {
      const table = colourMap(name)
      const brightness = (value: number) => 0.2126 * at(table, value)[0]! + 0.7152 * at(table, value)[1]! + 0.0722 * at(table, value)[2]!
      for (let value = 1; value < 256; value++) expect(brightness(value)).toBeGreaterThanOrEqual(brightness(value - 1) - 0.8)
    }
  })
})

describe('colours of a tile', () => {
  it('span 80 dB whatever the tile spans', () => {
    for (const floor of [-120, -100]) {
      const colours = spectrogramColours('grey', floor)
      const byte = (decibels: number) => Math.round(255 * (1 - decibels / floor))
      expect(at(colours, byte(-10))[0]).toBeGreaterThanOrEqual(253)
      expect(at(colours, byte(-50))[0]).toBeGreaterThan(125)
      expect(at(colours, byte(-50))[0]).toBeLessThan(130)
      expect(at(colours, byte(-90))[0]).toBeLessThanOrEqual(2)
      expect(at(colours, 255)[0]).toBe(255)
    }
  })

  it('says what a byte stands for, whatever the sign of the floor', () => {
    expect(decibelsOfByte(255, -120)).toBe(-0)
    expect(decibelsOfByte(0, -120)).toBe(-120)
    expect(decibelsOfByte(0, 120)).toBe(-120)
  })

  it('are pixels in the order of the canvas', () => {
    const [first] = coloursAsPixels(Uint8Array.from([1, 2, 3, 255]))
    expect(first).toBe(pixel([1, 2, 3]))
    expect(first).toBe(0xff030201)
  })
})

describe('the palette', () => {
  it('takes the page\'s tokens, and its own where there are none', () => {
    const palette = readPalette({ getPropertyValue: (name) => (name === '--vocals' ? ' #010203' : '') })
    expect(palette.roles.vocals).toEqual([1, 2, 3])
    expect(palette.roles.accompaniment).toEqual([0x56, 0xb4, 0xe9])
    expect(parseHex('red')).toBeUndefined()
  })

  it('mixes', () => {
    expect(mix([0, 100, 200], [100, 0, 200], 0.25)).toEqual([25, 75, 200])
    expect(css([1, 2, 3], 0.5)).toBe('rgb(1 2 3 / 0.5)')
  })
})
