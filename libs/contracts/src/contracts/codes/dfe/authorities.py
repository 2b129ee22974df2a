"""Local authorities of England by the three-digit code that schools, pupils and returns carry."""

from datetime import date
from typing import Final

from contracts.codes.code import Code, Validity

_FROM_2009: Final = Validity(valid_from=date(2009, 4, 1))
_FROM_2019: Final = Validity(valid_from=date(2019, 4, 1))
_FROM_2021: Final = Validity(valid_from=date(2021, 4, 1))
_FROM_2023: Final = Validity(valid_from=date(2023, 4, 1))
_UNTIL_2009: Final = Validity(valid_until=date(2009, 3, 31))
_UNTIL_2019: Final = Validity(valid_until=date(2019, 3, 31))
_UNTIL_2021: Final = Validity(valid_until=date(2021, 3, 31))
_UNTIL_2023: Final = Validity(valid_until=date(2023, 3, 31))


class LocalAuthority(Code):
    """DfE local authority code, England: those of today, and those that ended since 2009.

    A reorganised area gets a new code, and the old one stays on what was numbered before. Dates are those on which
    authorities began and ended; one that stood on 1 January 2009, when the source begins, has no first day here.
    """

    CITY_OF_LONDON = "201", "City of London"
    CAMDEN = "202", "Camden"
    GREENWICH = "203", "Greenwich"
    HACKNEY = "204", "Hackney"
    HAMMERSMITH_AND_FULHAM = "205", "Hammersmith and Fulham"
    ISLINGTON = "206", "Islington"
    KENSINGTON_AND_CHELSEA = "207", "Kensington and Chelsea"
    LAMBETH = "208", "Lambeth"
    LEWISHAM = "209", "Lewisham"
    SOUTHWARK = "210", "Southwark"
    TOWER_HAMLETS = "211", "Tower Hamlets"
    WANDSWORTH = "212", "Wandsworth"
    WESTMINSTER = "213", "Westminster"
    BARKING_AND_DAGENHAM = "301", "Barking and Dagenham"
    BARNET = "302", "Barnet"
    BEXLEY = "303", "Bexley"
    BRENT = "304", "Brent"
    BROMLEY = "305", "Bromley"
    CROYDON = "306", "Croydon"
    EALING = "307", "Ealing"
    ENFIELD = "308", "Enfield"
    HARINGEY = "309", "Haringey"
    HARROW = "310", "Harrow"
    HAVERING = "311", "Havering"
    HILLINGDON = "312", "Hillingdon"
    HOUNSLOW = "313", "Hounslow"
    KINGSTON_UPON_THAMES = "314", "Kingston upon Thames"
    MERTON = "315", "Merton"
    NEWHAM = "316", "Newham"
    REDBRIDGE = "317", "Redbridge"
    RICHMOND_UPON_THAMES = "318", "Richmond upon Thames"
    SUTTON = "319", "Sutton"
    WALTHAM_FOREST = "320", "Waltham Forest"
    BIRMINGHAM = "330", "Birmingham"
    COVENTRY = "331", "Coventry"
    DUDLEY = "332", "Dudley"
    SANDWELL = "333", "Sandwell"
    SOLIHULL = "334", "Solihull"
    WALSALL = "335", "Walsall"
    WOLVERHAMPTON = "336", "Wolverhampton"
    KNOWSLEY = "340", "Knowsley"
    LIVERPOOL = "341", "Liverpool"
    ST_HELENS = "342", "St. Helens"
    SEFTON = "343", "Sefton"
    WIRRAL = "344", "Wirral"
    BOLTON = "350", "Bolton"
    BURY = "351", "Bury"
    MANCHESTER = "352", "Manchester"
    OLDHAM = "353", "Oldham"
    ROCHDALE = "354", "Rochdale"
    SALFORD = "355", "Salford"
    STOCKPORT = "356", "Stockport"
    TAMESIDE = "357", "Tameside"
    TRAFFORD = "358", "Trafford"
    WIGAN = "359", "Wigan"
    BARNSLEY = "370", "Barnsley"
    DONCASTER = "371", "Doncaster"
    ROTHERHAM = "372", "Rotherham"
    SHEFFIELD = "373", "Sheffield"
    BRADFORD = "380", "Bradford"
    CALDERDALE = "381", "Calderdale"
    KIRKLEES = "382", "Kirklees"
    LEEDS = "383", "Leeds"
    WAKEFIELD = "384", "Wakefield"
    GATESHEAD = "390", "Gateshead"
    NEWCASTLE_UPON_TYNE = "391", "Newcastle upon Tyne"
    NORTH_TYNESIDE = "392", "North Tyneside"
    SOUTH_TYNESIDE = "393", "South Tyneside"
    SUNDERLAND = "394", "Sunderland"
    ISLES_OF_SCILLY = "420", "Isles of Scilly"
    BATH_AND_NORTH_EAST_SOMERSET = "800", "Bath and North East Somerset"
    BRISTOL = "801", "Bristol, City of"
    NORTH_SOMERSET = "802", "North Somerset"
    SOUTH_GLOUCESTERSHIRE = "803", "South Gloucestershire"
    HARTLEPOOL = "805", "Hartlepool"
    MIDDLESBROUGH = "806", "Middlesbrough"
    REDCAR_AND_CLEVELAND = "807", "Redcar and Cleveland"
    STOCKTON_ON_TEES = "808", "Stockton-on-Tees"
    KINGSTON_UPON_HULL = "810", "Kingston upon Hull, City of"
    EAST_RIDING_OF_YORKSHIRE = "811", "East Riding of Yorkshire"
    NORTH_EAST_LINCOLNSHIRE = "812", "North East Lincolnshire"
    NORTH_LINCOLNSHIRE = "813", "North Lincolnshire"
    NORTH_YORKSHIRE = "815", "North Yorkshire"
    YORK = "816", "York"
    BEDFORDSHIRE = "820", "Bedfordshire", _UNTIL_2009
    LUTON = "821", "Luton"
    BEDFORD = "822", "Bedford", _FROM_2009
    CENTRAL_BEDFORDSHIRE = "823", "Central Bedfordshire", _FROM_2009
    BUCKINGHAMSHIRE = "825", "Buckinghamshire"
    MILTON_KEYNES = "826", "Milton Keynes"
    DERBYSHIRE = "830", "Derbyshire"
    DERBY = "831", "Derby"
    DORSET_COUNTY = "835", "Dorset", _UNTIL_2019
    POOLE = "836", "Poole", _UNTIL_2019
    BOURNEMOUTH = "837", "Bournemouth", _UNTIL_2019
    DORSET = "838", "Dorset", _FROM_2019
    BOURNEMOUTH_CHRISTCHURCH_AND_POOLE = "839", "Bournemouth, Christchurch and Poole", _FROM_2019
    COUNTY_DURHAM = "840", "County Durham"
    DARLINGTON = "841", "Darlington"
    EAST_SUSSEX = "845", "East Sussex"
    BRIGHTON_AND_HOVE = "846", "Brighton and Hove"
    HAMPSHIRE = "850", "Hampshire"
    PORTSMOUTH = "851", "Portsmouth"
    SOUTHAMPTON = "852", "Southampton"
    LEICESTERSHIRE = "855", "Leicestershire"
    LEICESTER = "856", "Leicester"
    RUTLAND = "857", "Rutland"
    STAFFORDSHIRE = "860", "Staffordshire"
    STOKE_ON_TRENT = "861", "Stoke-on-Trent"
    WILTSHIRE = "865", "Wiltshire"
    SWINDON = "866", "Swindon"
    BRACKNELL_FOREST = "867", "Bracknell Forest"
    WINDSOR_AND_MAIDENHEAD = "868", "Windsor and Maidenhead"
    WEST_BERKSHIRE = "869", "West Berkshire"
    READING = "870", "Reading"
    SLOUGH = "871", "Slough"
    WOKINGHAM = "872", "Wokingham"
    CAMBRIDGESHIRE = "873", "Cambridgeshire"
    PETERBOROUGH = "874", "Peterborough"
    CHESHIRE = "875", "Cheshire", _UNTIL_2009
    HALTON = "876", "Halton"
    WARRINGTON = "877", "Warrington"
    DEVON = "878", "Devon"
    PLYMOUTH = "879", "Plymouth"
    TORBAY = "880", "Torbay"
    ESSEX = "881", "Essex"
    SOUTHEND_ON_SEA = "882", "Southend-on-Sea"
    THURROCK = "883", "Thurrock"
    HEREFORDSHIRE = "884", "Herefordshire, County of"
    WORCESTERSHIRE = "885", "Worcestershire"
    KENT = "886", "Kent"
    MEDWAY = "887", "Medway"
    LANCASHIRE = "888", "Lancashire"
    BLACKBURN_WITH_DARWEN = "889", "Blackburn with Darwen"
    BLACKPOOL = "890", "Blackpool"
    NOTTINGHAMSHIRE = "891", "Nottinghamshire"
    NOTTINGHAM = "892", "Nottingham"
    SHROPSHIRE = "893", "Shropshire"
    TELFORD_AND_WREKIN = "894", "Telford and Wrekin"
    CHESHIRE_EAST = "895", "Cheshire East", _FROM_2009
    CHESHIRE_WEST_AND_CHESTER = "896", "Cheshire West and Chester", _FROM_2009
    CORNWALL = "908", "Cornwall"
    CUMBRIA = "909", "Cumbria", _UNTIL_2023
    GLOUCESTERSHIRE = "916", "Gloucestershire"
    HERTFORDSHIRE = "919", "Hertfordshire"
    ISLE_OF_WIGHT = "921", "Isle of Wight"
    LINCOLNSHIRE = "925", "Lincolnshire"
    NORFOLK = "926", "Norfolk"
    NORTHAMPTONSHIRE = "928", "Northamptonshire", _UNTIL_2021
    NORTHUMBERLAND = "929", "Northumberland"
    OXFORDSHIRE = "931", "Oxfordshire"
    SOMERSET = "933", "Somerset"
    SUFFOLK = "935", "Suffolk"
    SURREY = "936", "Surrey"
    WARWICKSHIRE = "937", "Warwickshire"
    WEST_SUSSEX = "938", "West Sussex"
    NORTH_NORTHAMPTONSHIRE = "940", "North Northamptonshire", _FROM_2021
    WEST_NORTHAMPTONSHIRE = "941", "West Northamptonshire", _FROM_2021
    CUMBERLAND = "942", "Cumberland", _FROM_2023
    WESTMORLAND_AND_FURNESS = "943", "Westmorland and Furness", _FROM_2023
