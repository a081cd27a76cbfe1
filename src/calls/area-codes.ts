// Where the numbers of an area code may ring, by IANA's time zones: a code is listed with every zone that its area reaches
// into. Sources: NANPA's and the CNA's lists of area codes with the places they serve, the zones' boundaries by 49 CFR 71
// and by the provinces; checked against libphonenumber's resources/timezones.
// A1  A place whose clock always agrees with that of another zone in the same row has none of its own.
// A2  What is not listed has no place, as toll-free numbers: it may ring in any of these zones, and so may the numbers of
//     an area code that is newer than this table.

const EASTERN = 'America/New_York'
const CENTRAL = 'America/Chicago'
const MOUNTAIN = 'America/Denver'
const PACIFIC = 'America/Los_Angeles'
const ARIZONA = 'America/Phoenix'
const ATLANTIC = 'America/Halifax'
const ONTARIO = 'America/Toronto'
const MANITOBA = 'America/Winnipeg'
const ALBERTA = 'America/Edmonton'
const PACIFIC_CANADA = 'America/Vancouver'

const AREAS: [zones: string[], codes: string][] = [
  [
    [EASTERN],
    `201 202 203 207 212 215 216 220 223 227 229 231 234 239 240 248 252 260 267 269 272 276 283 301 302 304 305 313
     315 317 321 324 326 329 330 332 336 339 347 351 352 363 380 386 401 404 407 410 412 413 419 434 440 443 445 463
     470 472 475 478 484 502 508 513 516 517 518 540 551 561 567 570 571 582 585 586 603 607 609 610 614 616 617 631
     640 645 646 656 667 678 680 681 686 689 703 704 706 716 717 718 724 727 728 732 734 740 743 754 757 762 765 770
     771 772 774 781 786 802 803 804 810 813 814 821 826 828 835 838 839 843 845 848 854 856 857 859 860 862 863 864
     865 878 904 908 910 912 914 917 919 929 934 937 941 943 947 948 954 959 973 978 980 984 989`,
  ],
  [
    [CENTRAL],
    `205 210 214 217 218 224 225 228 235 251 254 256 262 274 281 309 312 314 316 318 319 320 325 327 331 334 337 346
     353 361 402 405 409 414 417 430 432 447 464 469 479 501 504 507 512 515 531 534 539 557 563 572 573 580 601 608
     612 615 618 629 630 636 641 651 659 660 662 682 708 712 713 715 726 730 731 737 763 769 773 779 806 815 816 817
     830 832 847 870 872 901 903 913 918 920 931 936 938 940 945 952 956 972 975 979 985`,
  ],
  // Indiana, Kentucky, Tennessee, the west of Florida, and Michigan's Upper Peninsula.
  [[EASTERN, CENTRAL], '219 270 364 423 448 574 606 812 850 906 930'],
  [[MOUNTAIN], '303 307 385 406 435 505 575 719 720 748 801 915 970 983'],
  // The Dakotas, and the west of Nebraska and Kansas.
  [[CENTRAL, MOUNTAIN], '308 605 620 701 785'],
  [
    [PACIFIC],
    `206 209 213 253 279 310 323 341 350 360 369 408 415 424 425 442 503 509 510 530 559 562 564 619 626 628 650 657
     661 669 702 707 714 725 738 747 760 805 818 820 831 840 858 909 916 925 949 951 971`,
  ],
  // Idaho, the east of Oregon, and Nevada's border with Utah.
  [[MOUNTAIN, PACIFIC], '208 458 541 775 986'],
  [[ARIZONA], '480 520 602 623'],
  // The Navajo Nation changes its clocks, the rest of Arizona does not.
  [[ARIZONA, MOUNTAIN], '928'],
  [['America/Anchorage', 'America/Adak'], '907'],
  [['Pacific/Honolulu'], '808'],

  // Newfoundland and Labrador.
  [['America/St_Johns', ATLANTIC], '709 879'],
  [[ATLANTIC], '428 506 782 902'],
  // The east of Quebec, with the Magdalen Islands.
  [[ATLANTIC, ONTARIO], '273 367 418 581'],
  [
    [ONTARIO],
    '226 249 263 289 343 354 365 382 416 437 438 450 468 514 519 548 579 613 647 683 705 742 753 819 873 905 942',
  ],
  [[ONTARIO, MANITOBA], '807'],
  [[MANITOBA], '204 431 584'],
  // Saskatchewan does not change its clocks, its towns on both borders do.
  [['America/Regina', MANITOBA, ALBERTA], '306 474 639'],
  [[ALBERTA], '368 403 587 780 825'],
  // British Columbia: its east keeps Alberta's time.
  [[ALBERTA, PACIFIC_CANADA], '236 250 257 672 778'],
  [[PACIFIC_CANADA], '604'],
  // Yukon, the Northwest Territories and Nunavut.
  [['America/Whitehorse', ALBERTA, MANITOBA, ONTARIO], '867'],
]

const ZONES_BY_CODE = new Map(AREAS.flatMap(([zones, codes]) => codes.split(/\s+/).map(code => [code, zones])))
const ALL_ZONES = [...new Set(AREAS.flatMap(([zones]) => zones))]

/** The time zones in which a callable number (`+1…`) may ring: all of them for one that has no place. */
export const zonesOf = (number: string): string[] => ZONES_BY_CODE.get(number.slice(2, 5)) ?? ALL_ZONES
