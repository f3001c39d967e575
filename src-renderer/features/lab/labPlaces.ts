import type { Component } from 'vue'
import DetectView from './detect/DetectView.vue'
import GenerateView from './generate/GenerateView.vue'
import QuantiseView from './quantise/QuantiseView.vue'

interface LabPlace {
  readonly name: string
  readonly title: string
  readonly tip: string
  readonly view: Component
}

/** What the page shows, one at a time, in the order of its tabs. */
export const labPlaces: readonly LabPlace[] = [
  { name: 'generate', title: 'Generate', tip: 'Sounds that a model makes up', view: GenerateView },
  { name: 'detect', title: 'Find my sound', tip: 'One sound, learned and found again', view: DetectView },
  { name: 'quantise', title: 'Quantise', tip: 'Sounds as a few codes, and new sounds drawn from codes', view: QuantiseView },
]
