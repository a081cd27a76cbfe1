import type { Business } from './page.ts'

/** The businesses with a website, by the name in the path `/sites/<name>/`. Adding one is adding an entry. */
export const BUSINESSES: Readonly<Record<string, Business>> = {
  nopa: {
    name: 'Nopa',
    tagline: 'Wood-fired Californian cooking, every night until late',
    phone: '+1 415 555 0100',
    address: '560 Divisadero Street, San Francisco',
    hours: [
      ['Monday to Thursday', '5:30pm to 10pm'],
      ['Friday and Saturday', '5:30pm to 11pm'],
      ['Sunday', '11am to 9pm'],
    ],
    sections: [
      {
        title: 'About the restaurant',
        paragraphs: [
          'We cook over a wood fire with what the farms around the bay bring us in the morning, so our menu changes every day. The kitchen is open, and the long communal table is kept for guests without a reservation.',
          'Our wine list is short and Californian. The bar serves the whole menu until the kitchen closes, and on Sundays we serve brunch from 11am.',
        ],
      },
      {
        title: 'Reservations',
        paragraphs: [
          'We take reservations by phone up to thirty days ahead, for parties of up to eight. We hold a table for fifteen minutes. For larger parties please ask for our private room, which seats twenty.',
          'Tell us about allergies when you book; there are always vegetarian and gluten-free dishes.',
        ],
      },
    ],
  },
  dentist: {
    name: 'Bright Street Dental',
    tagline: 'A family dentist in the heart of the city',
    phone: '+1 415 555 0101',
    address: '1200 Bright Street, San Francisco',
    hours: [
      ['Monday to Thursday', '9am to 5pm'],
      ['Friday', '9am to 1pm'],
      ['Saturday and Sunday', 'Closed'],
    ],
    sections: [
      {
        title: 'About the practice',
        paragraphs: [
          'Dr. Amelia Ward and her team have looked after the teeth of the neighbourhood for twenty years. We offer check-ups, cleanings, fillings, crowns and treatment for children, and we explain every step and its price before we begin.',
          'New patients are welcome. A first visit takes about forty-five minutes and includes an examination and X-rays where they are needed.',
        ],
      },
      {
        title: 'Appointments',
        paragraphs: [
          'Please call to make, move or cancel an appointment. Cancellations are free of charge until twenty-four hours before. In an emergency call as early as you can: we keep two places free every day.',
          'We accept most insurance plans. Bring your insurance card and a list of the medicines that you take.',
        ],
      },
    ],
  },
  barber: {
    builtByScript: true,
    name: 'Castro Cuts',
    tagline: 'Haircuts and shaves, with and without an appointment',
    phone: '+1 415 555 0102',
    address: '410 Castro Street, San Francisco',
    hours: [
      ['Tuesday to Friday', '10am to 7pm'],
      ['Saturday', '9am to 5pm'],
      ['Sunday and Monday', 'Closed'],
    ],
    sections: [
      {
        title: 'About the shop',
        paragraphs: [
          'Four chairs, three barbers and good music since 2009. A haircut takes half an hour and costs 38 dollars; a hot towel shave takes as long and costs 32 dollars.',
        ],
      },
      {
        title: 'Appointments',
        paragraphs: [
          'Call us to choose a barber and a time. Come ten minutes early: we hold your chair for five.',
        ],
      },
    ],
  },
}
